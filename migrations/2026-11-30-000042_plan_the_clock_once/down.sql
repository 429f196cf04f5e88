SET LOCAL ROLE noxpay_owner;

CREATE OR REPLACE FUNCTION noxpay.noxpay_now() RETURNS timestamptz
    LANGUAGE sql STABLE SET search_path = noxpay, pg_temp
    RETURN clock_timestamp() + (SELECT offset_us FROM noxpay.noxpay_clock) * interval '1 microsecond';
RESET ROLE;
