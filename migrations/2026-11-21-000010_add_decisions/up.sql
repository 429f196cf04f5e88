-- intent-service: what people decide about money, evidence that money was taken back, and how fast an account's channels tell.
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

-- Two payments of the owner's own, by which an account's channels are measured.
CREATE TABLE intents.channel_tests (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    account_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- What the account's alert delay became by it.
    measured_delay_s integer CHECK (measured_delay_s >= 120),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
CREATE INDEX channel_tests_by_account ON intents.channel_tests (account_id, started_at);
SELECT noxpay.protect_tenant_table('intents.channel_tests', 'intents');
GRANT SELECT, INSERT ON intents.channel_tests TO intents_request;
GRANT SELECT, UPDATE ON intents.channel_tests TO intents_worker;
ALTER TABLE intents.proofs
    ADD COLUMN test_id uuid REFERENCES intents.channel_tests,
    DROP CONSTRAINT proofs_payable_check,
    ADD CONSTRAINT proofs_payable_check CHECK (CASE WHEN test_id IS NULL THEN payable BETWEEN 100 AND 999
        ELSE payable BETWEEN 100 AND 199 OR payable BETWEEN 60000 AND 60999 END);
CREATE INDEX proofs_by_test ON intents.proofs (test_id) WHERE test_id IS NOT NULL;

-- Which source told of such a payment, how soon, and what it knew.
CREATE TABLE intents.channel_sightings (
    proof_id uuid NOT NULL REFERENCES intents.proofs,
    source_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    method text NOT NULL,
    seen_at timestamptz NOT NULL,
    paid_from timestamptz NOT NULL,
    time_precision text NOT NULL,
    -- Of utr, payer_vpa, payer_name, note.
    fields text[] NOT NULL,
    PRIMARY KEY (proof_id, source_id)
);
SELECT noxpay.protect_tenant_table('intents.channel_sightings', 'intents');
GRANT SELECT ON intents.channel_sightings TO intents_request;
GRANT SELECT, INSERT ON intents.channel_sightings TO intents_worker;

-- imap-verifier: how late an account's alerts come, as intent-service measured it.
ALTER TABLE mail.bindings
    ADD COLUMN alert_delay_s integer CHECK (alert_delay_s > 0),
    ADD COLUMN alert_delay_at timestamptz;
GRANT UPDATE (alert_delay_s, alert_delay_at) ON mail.bindings TO mail_worker;
CREATE INDEX bindings_by_account ON mail.bindings (account_id);
RESET ROLE;
