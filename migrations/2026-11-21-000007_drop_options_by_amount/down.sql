SET LOCAL ROLE noxpay_owner;
CREATE INDEX options_by_amount ON intents.options (account_id, payable) WHERE reserved;
RESET ROLE;
