-- intent-service: what people decide about money, and evidence that money was taken back.
SET LOCAL ROLE noxpay_owner;

-- A reversal names the reference of the credit that it takes back: it is a fact of its own.
ALTER TABLE intents.observations
    DROP CONSTRAINT counted_once,
    ADD CONSTRAINT counted_once UNIQUE (account_id, rail_class, reference, direction);

ALTER TABLE intents.intents
    -- Since when a person's word gave it money, took what was there, or wanted none of it.
    ADD COLUMN matched_at timestamptz,
    -- How much was there then: more is judged anew.
    ADD COLUMN matched_received numeric(78, 0),
    ADD COLUMN approved_at timestamptz,
    ADD COLUMN rejected_at timestamptz,
    ADD COLUMN rejected_received numeric(78, 0),
    -- Since when an alert that nobody dismissed says that the bank took its money back.
    ADD COLUMN taken_back_at timestamptz,
    -- When a person confirmed that.
    ADD COLUMN reversed_at timestamptz,
    DROP CONSTRAINT intents_review_reason_check,
    ADD CONSTRAINT intents_review_reason_check CHECK (review_reason IN (
        'late_after_cancel', 'late', 'underpaid_at_expiry', 'source_blind', 'reversal_reported')),
    -- A settled intent may be flagged without leaving its state.
    DROP CONSTRAINT review_has_a_reason,
    ADD CONSTRAINT review_has_a_reason CHECK (CASE status
        WHEN 'review' THEN review_reason IS NOT NULL
        WHEN 'settled' THEN review_reason IS NULL OR review_reason = 'reversal_reported'
        ELSE review_reason IS NULL END),
    ADD CONSTRAINT matched_with_what_was_there CHECK ((matched_at IS NULL) = (matched_received IS NULL)),
    ADD CONSTRAINT rejected_with_what_was_there CHECK ((rejected_at IS NULL) = (rejected_received IS NULL)),
    ADD CONSTRAINT reversed_by_a_person CHECK (status <> 'reversed' OR reversed_at IS NOT NULL);

ALTER TABLE intents.findings
    DROP CONSTRAINT findings_outcome_check,
    -- reversed: an alert that money was taken back, confirmed by a person.
    ADD CONSTRAINT findings_outcome_check CHECK (outcome IN (
        'allocated', 'proved', 'review', 'suspense', 'joined', 'refund_due', 'dismissed', 'reversed')),
    DROP CONSTRAINT a_person_is_told_why,
    ADD CONSTRAINT a_person_is_told_why CHECK (
        outcome IN ('allocated', 'proved', 'joined', 'reversed') OR reason IS NOT NULL);
CREATE INDEX findings_refund_due ON intents.findings (live, decided_at) WHERE outcome = 'refund_due';

ALTER TABLE intents.decisions
    DROP CONSTRAINT decisions_kind_check,
    ADD CONSTRAINT decisions_kind_check CHECK (
        kind IN ('cancel', 'match', 'approve', 'reject', 'refund_due', 'reverse')),
    ADD COLUMN request_id text,
    ADD COLUMN observation_id uuid,
    -- The rules that it breaks, each named by the person.
    ADD COLUMN accepted text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT decided_for_a_reason CHECK (
        kind = 'cancel' OR (char_length(reason) BETWEEN 1 AND 300 AND request_id IS NOT NULL)),
    ADD CONSTRAINT decided_about_evidence_of_the_mode
        FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live);
GRANT INSERT ON intents.decisions TO intents_worker;

-- The same about evidence, beside the finding that it made. `merchant_id` is who decided: the account's owner, or one who
-- uses it by grant.
CREATE TABLE intents.rulings (
    observation_id uuid NOT NULL,
    finding_no smallint NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    kind text NOT NULL CHECK (kind IN ('match', 'dismiss', 'refund_due', 'restore', 'reverse')),
    actor text NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 300),
    request_id text NOT NULL,
    accepted text[] NOT NULL DEFAULT '{}',
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (observation_id, finding_no),
    FOREIGN KEY (observation_id, finding_no) REFERENCES intents.findings (observation_id, finding_no),
    FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live)
);
SELECT noxpay.protect_tenant_table('intents.rulings', 'intents');
GRANT SELECT ON intents.rulings TO intents_request;
GRANT SELECT, INSERT ON intents.rulings TO intents_worker;

-- Replies to decisions are kept in the transaction of their effect, which is the worker's.
GRANT INSERT ON intents.idempotency TO intents_worker;

-- Nor is more taken back of an observation than it brought.
CREATE OR REPLACE FUNCTION intents.allocations_within_evidence() RETURNS trigger
    LANGUAGE plpgsql SET search_path = intents, pg_temp AS $$
DECLARE
    evidence numeric;
    allocated numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.observation_id::text, 0));
    SELECT amount INTO evidence FROM intents.observations WHERE id = NEW.observation_id;
    SELECT coalesce(sum(amount), 0) INTO allocated FROM intents.allocations WHERE observation_id = NEW.observation_id;
    IF allocated > evidence OR allocated < 0 THEN
        RAISE EXCEPTION 'allocations of observation % exceed its amount', NEW.observation_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_within_evidence';
    END IF;
    RETURN NULL;
END
$$;
RESET ROLE;
