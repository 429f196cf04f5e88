-- intent-service: whose amount a payment has is asked of the holds, which know their time.
SET LOCAL ROLE noxpay_owner;
DROP INDEX intents.options_by_amount;
RESET ROLE;
