SET LOCAL ROLE noxpay_owner;
DROP SCHEMA intents CASCADE;
