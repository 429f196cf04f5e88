-- A body in SQL is planned anew in every statement that asks the time (55 µs here); PL/pgSQL keeps its plan for as long as the
-- connection lives (21 µs). All names are qualified, so that no search path need be set at each call, and none can mislead it.
SET LOCAL ROLE noxpay_owner;

CREATE OR REPLACE FUNCTION noxpay.noxpay_now() RETURNS timestamptz
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+)
        ((SELECT offset_us FROM noxpay.noxpay_clock) OPERATOR(pg_catalog.*) interval '1 microsecond');
END
$$;
RESET ROLE;
