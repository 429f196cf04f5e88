SET LOCAL ROLE noxpay_owner;
DROP INDEX intents.reservations_by_end;
CREATE INDEX reservations_by_end ON intents.reservations (account_id, payable, upper(hold));
RESET ROLE;
