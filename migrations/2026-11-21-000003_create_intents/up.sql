-- intent-service: receiving accounts, intents, reservations, evidence, allocations.
SET LOCAL ROLE noxpay_owner;
SELECT noxpay.create_service_schema('intents');

-- A physical payee. `merchant_id` is its owner; other projects use it by grant.
CREATE TABLE intents.accounts (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    rail text NOT NULL CHECK (rail IN ('upi')),
    vpa text NOT NULL,
    payee_name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('personal', 'p2pm', 'merchant')),
    mcc text CHECK (mcc ~ '^[0-9]{4}$'),
    static_qr text,
    -- Receives nothing but intents: only then may a reserved amount settle alone.
    dedicated boolean NOT NULL,
    -- May take intents without a reserved amount when every amount is held.
    reference_only boolean NOT NULL DEFAULT false,
    bank text NOT NULL,
    account_tail text CHECK (account_tail ~ '^[0-9]{4,}$'),
    status text NOT NULL DEFAULT 'proving' CHECK (status IN ('proving', 'live', 'suspended')),
    -- Measured p99 between payment and alert, in seconds.
    alert_delay_s integer CHECK (alert_delay_s >= 0),
    created_at timestamptz NOT NULL,
    UNIQUE (id, live)
);
CREATE INDEX accounts_by_owner ON intents.accounts (merchant_id, live);

CREATE TABLE intents.account_grants (
    account_id uuid NOT NULL,
    live boolean NOT NULL,
    merchant_id uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, merchant_id),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
CREATE INDEX account_grants_by_merchant ON intents.account_grants (merchant_id, live);
SELECT noxpay.protect_tenant_table('intents.account_grants', 'intents');
GRANT SELECT, INSERT ON intents.account_grants TO intents_request;
GRANT SELECT, INSERT, DELETE ON intents.account_grants TO intents_worker;

ALTER TABLE intents.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE intents.accounts FORCE ROW LEVEL SECURITY;
-- The grants that the policy reads are themselves limited to the scope.
CREATE POLICY tenant_reads ON intents.accounts FOR SELECT TO intents_request USING (
    live = nullif(current_setting('noxpay.live', true), '')::boolean
    AND (
        merchant_id = nullif(current_setting('noxpay.merchant', true), '')::uuid
        OR EXISTS (SELECT FROM intents.account_grants g WHERE g.account_id = accounts.id)
    ));
CREATE POLICY tenant_adds ON intents.accounts FOR INSERT TO intents_request WITH CHECK (
    live = nullif(current_setting('noxpay.live', true), '')::boolean
    AND merchant_id = nullif(current_setting('noxpay.merchant', true), '')::uuid);
CREATE POLICY worker ON intents.accounts TO intents_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON intents.accounts TO intents_request;
GRANT SELECT, INSERT, UPDATE ON intents.accounts TO intents_worker;

-- One row per VPA, per IFSC + number: unique over the installation, so that no payment is counted in two accounts.
CREATE TABLE intents.account_identifiers (
    live boolean NOT NULL,
    kind text NOT NULL CHECK (kind IN ('vpa', 'bank_account')),
    keyed_hash bytea NOT NULL CHECK (octet_length(keyed_hash) = 32),
    merchant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (live, kind, keyed_hash),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
CREATE INDEX account_identifiers_by_account ON intents.account_identifiers (account_id);
SELECT noxpay.protect_tenant_table('intents.account_identifiers', 'intents');
GRANT SELECT, INSERT ON intents.account_identifiers TO intents_request, intents_worker;

-- Which sources are witnesses for an account, from `mail.source_changed`.
CREATE TABLE intents.account_sources (
    account_id uuid NOT NULL,
    source_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    counting boolean NOT NULL,
    since timestamptz NOT NULL,
    source_seq bigint NOT NULL,
    PRIMARY KEY (account_id, source_id),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
SELECT noxpay.protect_tenant_table('intents.account_sources', 'intents');
GRANT SELECT ON intents.account_sources TO intents_request;
GRANT SELECT, INSERT, UPDATE ON intents.account_sources TO intents_worker;

-- How far a source has looked. A watermark counts once every event up to its `last_seq` is stored.
CREATE TABLE intents.sources (
    source_id uuid PRIMARY KEY,
    -- Every sequence number up to here is stored.
    stored_seq bigint NOT NULL DEFAULT 0,
    -- The watermark that counts.
    up_to timestamptz,
    -- The newest one heard, which may still wait for events.
    heard_up_to timestamptz,
    heard_last_seq bigint
);
SELECT noxpay.protect_worker_table('intents.sources', 'intents');
GRANT SELECT, INSERT, UPDATE ON intents.sources TO intents_worker;

-- Sequence numbers that came before their predecessors.
CREATE TABLE intents.source_gaps (
    source_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (source_id, seq)
);
SELECT noxpay.protect_worker_table('intents.source_gaps', 'intents');
GRANT SELECT, INSERT, DELETE ON intents.source_gaps TO intents_worker;

CREATE TABLE intents.intents (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    id uuid NOT NULL,
    order_id text NOT NULL CHECK (order_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL CHECK (currency = 'INR'),
    -- False where the price came from a browser and nobody with a secret confirmed it.
    amount_trusted boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'confirming', 'underpaid', 'verifying', 'review', 'settled',
        'expired', 'cancelled', 'failed', 'reversed')),
    review_reason text CHECK (review_reason IN ('late_after_cancel', 'late', 'underpaid_at_expiry', 'source_blind')),
    received numeric(78, 0) NOT NULL DEFAULT 0 CHECK (received >= 0),
    excess numeric(78, 0) NOT NULL DEFAULT 0 CHECK (excess >= 0),
    late boolean NOT NULL DEFAULT false,
    -- Gapless, of the events about this intent; taken under the row's lock.
    sequence bigint NOT NULL CHECK (sequence > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    grace_s integer NOT NULL CHECK (grace_s >= 120),
    settled_at timestamptz,
    paid_at timestamptz,
    cancelled_at timestamptz,
    -- Frozen at creation.
    policy json NOT NULL,
    -- The merchant's own object: `json` keeps its order and the form of its numbers.
    metadata json,
    redirect_url text,
    -- SHA-256 of what was asked: the same order id with another request is a conflict.
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    -- W3C trace context of the creating call.
    trace json NOT NULL,
    -- When time alone may next change the status; NULL where it cannot.
    check_at timestamptz,
    PRIMARY KEY (merchant_id, live, id),
    UNIQUE (merchant_id, live, order_id),
    CONSTRAINT expires_after_creation CHECK (expires_at > created_at),
    CONSTRAINT review_has_a_reason CHECK ((status = 'review') = (review_reason IS NOT NULL)),
    CONSTRAINT settled_has_its_times CHECK (status NOT IN ('settled', 'reversed') OR (settled_at IS NOT NULL AND paid_at IS NOT NULL)),
    CONSTRAINT cancelled_has_its_time CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL)
);
-- The checkout page knows the id alone. Random 122 bits; not unique by constraint so that the table can be
-- distributed by merchant.
CREATE INDEX intents_by_id ON intents.intents (id);
CREATE INDEX intents_due ON intents.intents (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX intents_newest ON intents.intents (merchant_id, live, created_at DESC);
SELECT noxpay.protect_tenant_table('intents.intents', 'intents');
GRANT SELECT, INSERT ON intents.intents TO intents_request;
GRANT UPDATE (status, review_reason, sequence, cancelled_at, check_at) ON intents.intents TO intents_request;
GRANT SELECT, UPDATE ON intents.intents TO intents_worker;

-- The ways to pay an intent.
CREATE TABLE intents.options (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    option_no smallint NOT NULL CHECK (option_no > 0),
    method text NOT NULL CHECK (method IN ('upi')),
    account_id uuid NOT NULL,
    asset text NOT NULL CHECK (asset = 'INR'),
    payable numeric(78, 0) NOT NULL CHECK (payable > 0),
    -- Whether `payable` is held for this option alone; otherwise only its code can name it.
    reserved boolean NOT NULL,
    -- The VPA as it was shown.
    target text NOT NULL,
    -- The reference code, never used twice.
    code text NOT NULL CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{10}$'),
    PRIMARY KEY (merchant_id, live, intent_id, option_no),
    FOREIGN KEY (merchant_id, live, intent_id) REFERENCES intents.intents (merchant_id, live, id),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
CREATE UNIQUE INDEX options_by_code ON intents.options (code);
CREATE INDEX options_by_amount ON intents.options (account_id, payable) WHERE reserved;
SELECT noxpay.protect_tenant_table('intents.options', 'intents');
GRANT SELECT, INSERT ON intents.options TO intents_request;
GRANT SELECT ON intents.options TO intents_worker;

CREATE TABLE intents.proofs (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    account_id uuid NOT NULL,
    payable numeric(78, 0) NOT NULL CHECK (payable BETWEEN 100 AND 999),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    proved_at timestamptz,
    observation_id uuid,
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live),
    CONSTRAINT proved_by_evidence CHECK ((proved_at IS NULL) = (observation_id IS NULL))
);
CREATE INDEX proofs_by_account ON intents.proofs (account_id, payable) WHERE proved_at IS NULL;
SELECT noxpay.protect_tenant_table('intents.proofs', 'intents');
GRANT SELECT, INSERT ON intents.proofs TO intents_request;
GRANT SELECT, UPDATE ON intents.proofs TO intents_worker;

-- Who holds an amount of an account, and until when. Only the account, the amount and the time exclude each other:
-- the holds of every project with a grant stand in one another's way. Nothing shortens a hold.
CREATE TABLE intents.reservations (
    account_id uuid NOT NULL,
    payable numeric(78, 0) NOT NULL,
    hold tstzrange NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid,
    option_no smallint,
    proof_id uuid REFERENCES intents.proofs,
    CONSTRAINT one_holder CHECK ((intent_id IS NULL) <> (proof_id IS NULL)),
    CONSTRAINT option_of_an_intent CHECK ((intent_id IS NULL) = (option_no IS NULL)),
    FOREIGN KEY (merchant_id, live, intent_id, option_no)
        REFERENCES intents.options (merchant_id, live, intent_id, option_no) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live),
    CONSTRAINT one_hold_at_a_time EXCLUDE USING gist (account_id WITH =, payable WITH =, hold WITH &&)
);
-- When an amount was last held: the longest unused is taken first.
CREATE INDEX reservations_by_end ON intents.reservations (account_id, payable, upper(hold));
SELECT noxpay.protect_tenant_table('intents.reservations', 'intents');
GRANT SELECT, INSERT ON intents.reservations TO intents_request;
GRANT SELECT ON intents.reservations TO intents_worker;

-- Authentic and bound facts. Never edited, never deleted. `merchant_id` is the account's owner.
CREATE TABLE intents.observations (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    account_id uuid NOT NULL,
    source_id uuid NOT NULL,
    source_seq bigint NOT NULL,
    rail_class text NOT NULL,
    -- The form under which it is unique (RRN without leading zeros), and as the bank printed it.
    reference text NOT NULL,
    reference_printed text NOT NULL,
    strength text NOT NULL CHECK (strength IN ('strong', 'provisional')),
    direction text NOT NULL CHECK (direction IN ('credit', 'debit', 'reversal')),
    mode text NOT NULL CHECK (mode IN ('upi', 'imps', 'neft', 'rtgs', 'cheque', 'cash', 'other')),
    amount numeric(78, 0) NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency = 'INR'),
    paid_from timestamptz NOT NULL,
    paid_to timestamptz NOT NULL,
    time_precision text NOT NULL CHECK (time_precision IN ('second', 'minute', 'date', 'block')),
    payer_vpa text,
    payer_name text,
    note text,
    seen_at timestamptz NOT NULL,
    proof json NOT NULL,
    recorded_at timestamptz NOT NULL,
    UNIQUE (id, live),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live),
    CONSTRAINT ends_after_it_begins CHECK (paid_to >= paid_from),
    -- It counts once per physical account and reference.
    CONSTRAINT counted_once UNIQUE (account_id, rail_class, reference)
);
CREATE INDEX observations_by_time ON intents.observations (account_id, paid_to);
SELECT noxpay.protect_tenant_table('intents.observations', 'intents');
GRANT SELECT ON intents.observations TO intents_request;
GRANT SELECT, INSERT ON intents.observations TO intents_worker;

-- The same evidence told again (the alert twice, another mailbox, another channel).
CREATE TABLE intents.sightings (
    id uuid PRIMARY KEY,
    observation_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    source_id uuid NOT NULL,
    source_seq bigint NOT NULL,
    amount numeric(78, 0) NOT NULL,
    -- Another amount under a known reference is an alarm.
    contradicts boolean NOT NULL,
    recorded_at timestamptz NOT NULL,
    FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live)
);
CREATE INDEX sightings_by_observation ON intents.sightings (observation_id);
SELECT noxpay.protect_tenant_table('intents.sightings', 'intents');
GRANT SELECT ON intents.sightings TO intents_request;
GRANT SELECT, INSERT ON intents.sightings TO intents_worker;

-- What was decided about an observation, and why. The last one counts.
CREATE TABLE intents.findings (
    observation_id uuid NOT NULL,
    finding_no smallint NOT NULL CHECK (finding_no > 0),
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('allocated', 'proved', 'review', 'suspense')),
    rung text CHECK (rung IN ('code', 'reserved_amount')),
    reason text,
    intent_id uuid,
    candidates uuid[] NOT NULL DEFAULT '{}',
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (observation_id, finding_no),
    FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live),
    CONSTRAINT allocated_by_a_rung CHECK ((outcome = 'allocated') = (rung IS NOT NULL AND intent_id IS NOT NULL)),
    CONSTRAINT a_person_is_told_why CHECK (outcome IN ('allocated', 'proved') OR reason IS NOT NULL)
);
CREATE INDEX findings_open ON intents.findings (merchant_id, live, decided_at) WHERE outcome IN ('review', 'suspense');
CREATE INDEX findings_by_candidate ON intents.findings USING gin (candidates);
SELECT noxpay.protect_tenant_table('intents.findings', 'intents');
GRANT SELECT ON intents.findings TO intents_request;
GRANT SELECT, INSERT ON intents.findings TO intents_worker;

-- The ledger. Append-only; what an intent received, owes back or lost is a sum over it. `merchant_id` is the intent's.
CREATE TABLE intents.allocations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    option_no smallint NOT NULL,
    observation_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receipt', 'excess', 'refund', 'reversal', 'adjustment')),
    amount numeric(78, 0) NOT NULL CHECK (amount <> 0),
    rung text NOT NULL CHECK (rung IN ('code', 'reserved_amount')),
    allocated_at timestamptz NOT NULL,
    -- `live` stands in both keys: test evidence cannot meet a live intent, even by SQL.
    FOREIGN KEY (merchant_id, live, intent_id, option_no)
        REFERENCES intents.options (merchant_id, live, intent_id, option_no),
    FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live),
    CONSTRAINT money_comes_in_or_goes_out CHECK (
        kind = 'adjustment' OR (kind IN ('receipt', 'excess')) = (amount > 0))
);
CREATE INDEX allocations_by_intent ON intents.allocations (merchant_id, live, intent_id);
CREATE INDEX allocations_by_observation ON intents.allocations (observation_id);
SELECT noxpay.protect_tenant_table('intents.allocations', 'intents');
GRANT SELECT ON intents.allocations TO intents_request;
GRANT SELECT, INSERT ON intents.allocations TO intents_worker;

-- No observation is spent twice. Concurrent allocations of one observation wait for each other, and the sum is taken in a
-- snapshot of its own after the wait.
CREATE FUNCTION intents.allocations_within_evidence() RETURNS trigger
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
CREATE TRIGGER allocations_within_evidence AFTER INSERT ON intents.allocations
    FOR EACH ROW EXECUTE FUNCTION intents.allocations_within_evidence();

-- Decisions of people are facts too.
CREATE TABLE intents.decisions (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    decision_no smallint NOT NULL CHECK (decision_no > 0),
    kind text NOT NULL CHECK (kind IN ('cancel')),
    actor text NOT NULL,
    reason text,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, intent_id, decision_no),
    FOREIGN KEY (merchant_id, live, intent_id) REFERENCES intents.intents (merchant_id, live, id)
);
SELECT noxpay.protect_tenant_table('intents.decisions', 'intents');
GRANT SELECT, INSERT ON intents.decisions TO intents_request;
GRANT SELECT ON intents.decisions TO intents_worker;

-- One row per event about an intent.
CREATE TABLE intents.transitions (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    event_type text NOT NULL,
    previous_status text,
    status text NOT NULL,
    review_reason text,
    observation_id uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, intent_id, sequence),
    FOREIGN KEY (merchant_id, live, intent_id) REFERENCES intents.intents (merchant_id, live, id)
);
SELECT noxpay.protect_tenant_table('intents.transitions', 'intents');
GRANT SELECT, INSERT ON intents.transitions TO intents_request, intents_worker;

-- Idempotency rows live with the effect.
CREATE TABLE intents.idempotency (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    credential_class text NOT NULL CHECK (credential_class IN ('secret', 'public')),
    route text NOT NULL,
    key text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    reply bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, credential_class, route, key)
);
CREATE INDEX idempotency_by_age ON intents.idempotency (created_at);
SELECT noxpay.protect_tenant_table('intents.idempotency', 'intents');
GRANT SELECT, INSERT ON intents.idempotency TO intents_request;
GRANT SELECT, DELETE ON intents.idempotency TO intents_worker;
RESET ROLE;
