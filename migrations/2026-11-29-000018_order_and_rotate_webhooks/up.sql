-- webhook-dispatcher: profiles and rotation of endpoints, order per object, the feed, what a merchant sees of deliveries.
SET LOCAL ROLE noxpay_owner;

ALTER TABLE webhooks.endpoints
    DROP CONSTRAINT endpoints_profile_check,
    DROP CONSTRAINT endpoints_state_check,
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 200),
    -- Which headers sign an attempt, and which form the body has.
    ADD CONSTRAINT known_profile CHECK (profile IN ('noxpay', 'standard', 'noddpay', 'payment_gateway')),
    -- When a failed attempt is made again; seconds before each attempt where it is the merchant's own.
    ADD COLUMN retry text NOT NULL DEFAULT 'standard'
        CHECK (retry IN ('standard', 'noddpay', 'payment_gateway', 'custom')),
    ADD COLUMN pauses_s integer[],
    ADD CONSTRAINT own_pauses CHECK ((retry = 'custom') = (pauses_s IS NOT NULL) AND coalesce(cardinality(pauses_s), 1) BETWEEN 1 AND 20),
    ADD CONSTRAINT known_state CHECK (state IN ('active', 'disabled', 'deleted')),
    -- Who or what disabled it: its merchant, its own answer 410, or five days of failures.
    ADD COLUMN state_reason text CHECK (state_reason IN ('merchant', 'gone', 'failing')),
    ADD COLUMN state_since timestamptz,
    -- When the failures began that no success has followed since.
    ADD COLUMN failing_since timestamptz,
    -- The seed of the Ed25519 key behind `v1a` signatures, sealed.
    ADD COLUMN sealed_signing_key bytea,
    -- The secret before the last rotation. Until `previous_until` lists of signatures carry both; headers that hold one
    -- signature go on with it until the merchant says that he has the new one.
    ADD COLUMN sealed_previous bytea,
    ADD COLUMN previous_until timestamptz,
    ADD COLUMN single_signs_with_previous boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT previous_has_an_end CHECK ((sealed_previous IS NULL) = (previous_until IS NULL)),
    ADD CONSTRAINT only_a_previous_secret_signs CHECK (sealed_previous IS NOT NULL OR NOT single_signs_with_previous);

ALTER TABLE webhooks.events
    -- What kind of object the event is about, and which of the webhooks of one bus event it is.
    ADD COLUMN object_kind text NOT NULL DEFAULT 'payment',
    ADD COLUMN part smallint NOT NULL DEFAULT 0,
    -- The feed is read in the order (xid, seq), and only up to the oldest transaction that is still open: a sequence alone
    -- is taken before its transaction commits, so that a reader would pass over what commits late.
    ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE UNIQUE INDEX events_feed ON webhooks.events (merchant_id, live, xid, seq);
CREATE UNIQUE INDEX events_by_seq ON webhooks.events (merchant_id, live, seq);

-- Up to which number every bus event of an object is stored, and which came before their turn.
CREATE TABLE webhooks.objects (
    object_id uuid PRIMARY KEY,
    stored_up_to bigint NOT NULL DEFAULT 0,
    early bigint[] NOT NULL DEFAULT '{}'
);
SELECT noxpay.protect_worker_table('webhooks.objects', 'webhooks');
GRANT SELECT, INSERT, UPDATE ON webhooks.objects TO webhooks_worker;
INSERT INTO webhooks.objects (object_id, stored_up_to)
    SELECT object_id, max(sequence) FROM webhooks.events GROUP BY object_id;

ALTER TABLE webhooks.deliveries
    ADD COLUMN object_id uuid,
    ADD COLUMN sequence bigint,
    ADD COLUMN part smallint NOT NULL DEFAULT 0,
    -- The event in another dialect's form, for an endpoint that asks for one; else the event's own bytes are sent.
    ADD COLUMN body text,
    ADD COLUMN created_at timestamptz,
    -- Until then a pending delivery goes before those of the same object and endpoint that follow it.
    ADD COLUMN blocks_until timestamptz,
    -- An earlier bus event of its object is not here yet: due when that comes, else at next_attempt_at.
    ADD COLUMN held boolean NOT NULL DEFAULT false,
    -- Attempts that were made before its schedule began anew, and how often it did.
    ADD COLUMN attempts_before integer NOT NULL DEFAULT 0,
    ADD COLUMN round integer NOT NULL DEFAULT 0;
UPDATE webhooks.deliveries d
    SET object_id = e.object_id, sequence = e.sequence, created_at = e.occurred_at, blocks_until = e.occurred_at
    FROM webhooks.events e WHERE e.id = d.event_id;
ALTER TABLE webhooks.deliveries
    ALTER COLUMN object_id SET NOT NULL,
    ALTER COLUMN sequence SET NOT NULL,
    ALTER COLUMN created_at SET NOT NULL,
    ALTER COLUMN blocks_until SET NOT NULL,
    ADD CONSTRAINT only_pending_ones_are_held CHECK (NOT held OR state = 'pending');
-- Every row is changed twice soon after it was written, and the head of the queue is read all the time.
ALTER TABLE webhooks.deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
DROP INDEX webhooks.deliveries_due;
DROP INDEX webhooks.deliveries_by_endpoint;
CREATE INDEX deliveries_due ON webhooks.deliveries (endpoint_id, next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_in_order ON webhooks.deliveries (endpoint_id, object_id, sequence, part) WHERE state = 'pending';
CREATE INDEX deliveries_held ON webhooks.deliveries (object_id, sequence) WHERE held;
CREATE INDEX deliveries_newest ON webhooks.deliveries (merchant_id, live, id);
CREATE INDEX deliveries_failed ON webhooks.deliveries (merchant_id, live, finished_at, id) WHERE state = 'failed';
GRANT INSERT ON webhooks.deliveries TO webhooks_request;
GRANT UPDATE (round, attempts_before, blocks_until, held) ON webhooks.deliveries TO webhooks_request;

-- The merchant sends a test event by himself: the one event that no bus event caused.
GRANT INSERT ON webhooks.events TO webhooks_request;

ALTER TABLE webhooks.attempts
    DROP CONSTRAINT attempts_response_excerpt_check,
    -- Where it was sent: an endpoint's address may change between two attempts.
    ADD COLUMN url text,
    -- What was read of the answer (16 KiB), without what looks like a secret.
    ADD CONSTRAINT excerpt_is_short CHECK (octet_length(response_excerpt) <= 16384),
    -- Of the answer, redacted likewise: an object of strings.
    ADD COLUMN response_headers json;

-- "Send again whatever failed since then": worked off in small steps, so that it can be watched.
CREATE TABLE webhooks.resends (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    endpoint_id uuid REFERENCES webhooks.endpoints,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    -- Deliveries that had failed when it was asked for, and how many of them are due again by now.
    total bigint NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    -- Where it stands: what comes next is later than this.
    after_finished_at timestamptz,
    after_id uuid,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX resends_open ON webhooks.resends (created_at) WHERE finished_at IS NULL;
CREATE INDEX resends_by_merchant ON webhooks.resends (merchant_id, live, created_at);
SELECT noxpay.protect_tenant_table('webhooks.resends', 'webhooks');
GRANT SELECT, INSERT ON webhooks.resends TO webhooks_request;
GRANT SELECT, UPDATE ON webhooks.resends TO webhooks_worker;

-- Whom to write to about endpoints.
CREATE TABLE webhooks.contacts (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    address text NOT NULL CHECK (char_length(address) <= 254),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, address)
);
SELECT noxpay.protect_tenant_table('webhooks.contacts', 'webhooks');
GRANT SELECT, INSERT, DELETE ON webhooks.contacts TO webhooks_request;
GRANT SELECT ON webhooks.contacts TO webhooks_worker;

-- E-mail that waits to be handed over, in the transaction of its cause.
CREATE TABLE webhooks.mails (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    -- Real time: it is a pause of ours, no rule of business.
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX mails_due ON webhooks.mails (next_attempt_at) WHERE state = 'pending';
SELECT noxpay.protect_tenant_table('webhooks.mails', 'webhooks');
GRANT SELECT ON webhooks.mails TO webhooks_request;
GRANT SELECT, INSERT, UPDATE ON webhooks.mails TO webhooks_worker;
RESET ROLE;
