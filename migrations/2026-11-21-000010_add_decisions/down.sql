SET LOCAL ROLE noxpay_owner;
DROP INDEX mail.bindings_by_account;
REVOKE UPDATE (alert_delay_s, alert_delay_at) ON mail.bindings FROM mail_worker;
ALTER TABLE mail.bindings DROP COLUMN alert_delay_at, DROP COLUMN alert_delay_s;
DROP TABLE intents.channel_sightings;
DROP INDEX intents.proofs_by_test;
ALTER TABLE intents.proofs
    DROP CONSTRAINT proofs_payable_check,
    DROP COLUMN test_id,
    ADD CONSTRAINT proofs_payable_check CHECK (payable BETWEEN 100 AND 999);
DROP TABLE intents.channel_tests;
CREATE OR REPLACE FUNCTION intents.allocations_within_evidence() RETURNS trigger
    LANGUAGE plpgsql SET search_path = intents, pg_temp AS $$
DECLARE
    evidence numeric;
    allocated numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.observation_id::text, 0));
    SELECT amount INTO evidence FROM intents.observations WHERE id = NEW.observation_id;
    SELECT coalesce(sum(amount), 0) INTO allocated FROM intents.allocations WHERE observation_id = NEW.observation_id;
    IF allocated > evidence THEN
        RAISE EXCEPTION 'allocations of observation % exceed its amount', NEW.observation_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_within_evidence';
    END IF;
    RETURN NULL;
END
$$;
REVOKE INSERT ON intents.idempotency FROM intents_worker;
DROP TABLE intents.rulings;
REVOKE INSERT ON intents.decisions FROM intents_worker;
ALTER TABLE intents.decisions
    DROP CONSTRAINT decided_about_evidence_of_the_mode,
    DROP CONSTRAINT decided_for_a_reason,
    DROP COLUMN accepted,
    DROP COLUMN observation_id,
    DROP COLUMN request_id,
    DROP CONSTRAINT decisions_kind_check,
    ADD CONSTRAINT decisions_kind_check CHECK (kind IN ('cancel'));
DROP INDEX intents.findings_refund_due;
ALTER TABLE intents.findings
    DROP CONSTRAINT a_person_is_told_why,
    DROP CONSTRAINT findings_outcome_check,
    ADD CONSTRAINT findings_outcome_check CHECK (
        outcome IN ('allocated', 'proved', 'review', 'suspense', 'joined', 'refund_due', 'dismissed')),
    ADD CONSTRAINT a_person_is_told_why CHECK (outcome IN ('allocated', 'proved', 'joined') OR reason IS NOT NULL);
ALTER TABLE intents.intents
    DROP CONSTRAINT reversed_by_a_person,
    DROP CONSTRAINT rejected_with_what_was_there,
    DROP CONSTRAINT matched_with_what_was_there,
    DROP CONSTRAINT review_has_a_reason,
    DROP CONSTRAINT intents_review_reason_check,
    DROP COLUMN reversed_at,
    DROP COLUMN taken_back_at,
    DROP COLUMN rejected_received,
    DROP COLUMN rejected_at,
    DROP COLUMN approved_at,
    DROP COLUMN matched_received,
    DROP COLUMN matched_at,
    ADD CONSTRAINT intents_review_reason_check CHECK (
        review_reason IN ('late_after_cancel', 'late', 'underpaid_at_expiry', 'source_blind')),
    ADD CONSTRAINT review_has_a_reason CHECK ((status = 'review') = (review_reason IS NOT NULL));
ALTER TABLE intents.observations
    DROP CONSTRAINT counted_once,
    ADD CONSTRAINT counted_once UNIQUE (account_id, rail_class, reference);
RESET ROLE;
