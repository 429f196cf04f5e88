SET LOCAL ROLE noxpay_owner;
REVOKE UPDATE (status, alert_delay_s) ON intents.accounts FROM intents_worker;
GRANT UPDATE ON intents.accounts TO intents_worker;
DROP TRIGGER joined_evidence_is_not_spent ON intents.allocations;
DROP FUNCTION intents.joined_evidence_is_not_spent();
ALTER TABLE intents.sightings
    DROP CONSTRAINT sighted_ends_after_it_begins,
    DROP COLUMN paid_from,
    DROP COLUMN paid_to,
    DROP COLUMN time_precision,
    DROP COLUMN mode,
    DROP COLUMN payer_vpa,
    DROP COLUMN payer_name,
    DROP COLUMN note,
    DROP COLUMN seen_at,
    DROP COLUMN proof;
DROP INDEX intents.observations_alike;
DROP INDEX intents.options_without_a_hold;
DROP TABLE intents.declarations;
DROP TABLE intents.claims;
RESET ROLE;
