-- intent-service: the last end of an amount's holds is read from an index that has the hold itself. Without it the index of
-- the exclusion constraint is preferred, which needs no row either, but finds and sorts every hold there ever was.
SET LOCAL ROLE noxpay_owner;
DROP INDEX intents.reservations_by_end;
CREATE INDEX reservations_by_end ON intents.reservations (account_id, payable, upper(hold)) INCLUDE (hold);
RESET ROLE;
