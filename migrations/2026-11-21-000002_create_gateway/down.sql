SET LOCAL ROLE noxpay_owner;
DROP SCHEMA gateway CASCADE;
