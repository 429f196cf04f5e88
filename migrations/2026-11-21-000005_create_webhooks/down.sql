SET LOCAL ROLE noxpay_owner;
DROP SCHEMA webhooks CASCADE;
