-- webhook-dispatcher: endpoints, merchant events, deliveries, attempts.
SET LOCAL ROLE noxpay_owner;
SELECT noxpay.create_service_schema('webhooks');

CREATE TABLE webhooks.endpoints (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    url text NOT NULL CHECK (octet_length(url) <= 2048),
    -- Sealed with the installation's key; the key id is in the bytes.
    sealed_secret bytea NOT NULL,
    -- NULL: the default set of event types; otherwise exactly these.
    event_types text[],
    -- Body, signature headers and retry schedule follow a dialect.
    profile text NOT NULL DEFAULT 'noxpay' CHECK (profile IN ('noxpay')),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    created_at timestamptz NOT NULL
);
CREATE INDEX endpoints_by_merchant ON webhooks.endpoints (merchant_id, live);
SELECT noxpay.protect_tenant_table('webhooks.endpoints', 'webhooks');
GRANT SELECT, INSERT, UPDATE ON webhooks.endpoints TO webhooks_request;
GRANT SELECT, UPDATE ON webhooks.endpoints TO webhooks_worker;

-- What a merchant is told. The bytes that are stored are the bytes that are signed and sent.
CREATE TABLE webhooks.events (
    -- The id that a merchant sees; stable over every retry.
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    bus_event_id uuid NOT NULL,
    event_type text NOT NULL,
    object_id uuid NOT NULL,
    sequence bigint NOT NULL,
    body text NOT NULL,
    -- W3C trace context of the bus event.
    trace json NOT NULL,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT told_once UNIQUE (bus_event_id, event_type)
);
CREATE INDEX events_by_object ON webhooks.events (merchant_id, live, object_id, sequence);
SELECT noxpay.protect_tenant_table('webhooks.events', 'webhooks');
GRANT SELECT ON webhooks.events TO webhooks_request;
GRANT SELECT, INSERT ON webhooks.events TO webhooks_worker;

CREATE TABLE webhooks.deliveries (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    event_id uuid NOT NULL REFERENCES webhooks.events,
    endpoint_id uuid NOT NULL REFERENCES webhooks.endpoints,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    -- By the clock of business rules; NULL when nothing is due any more.
    next_attempt_at timestamptz,
    -- Claimed until (real time) by this token; a claim that ran out is taken over.
    claimed_until timestamptz,
    claim uuid,
    finished_at timestamptz,
    CONSTRAINT one_delivery_per_endpoint UNIQUE (event_id, endpoint_id),
    CONSTRAINT pending_has_a_next_attempt CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX deliveries_due ON webhooks.deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_by_endpoint ON webhooks.deliveries (endpoint_id, state);
SELECT noxpay.protect_tenant_table('webhooks.deliveries', 'webhooks');
GRANT SELECT ON webhooks.deliveries TO webhooks_request;
GRANT UPDATE (state, next_attempt_at, finished_at) ON webhooks.deliveries TO webhooks_request;
GRANT SELECT, INSERT, UPDATE ON webhooks.deliveries TO webhooks_worker;

CREATE TABLE webhooks.attempts (
    delivery_id uuid NOT NULL REFERENCES webhooks.deliveries,
    attempt_no integer NOT NULL CHECK (attempt_no > 0),
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    started_at timestamptz NOT NULL,
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'refused', 'unreachable', 'timeout', 'blocked')),
    response_code integer,
    -- The first 200 characters of the answer, cleaned.
    response_excerpt text CHECK (char_length(response_excerpt) <= 200),
    PRIMARY KEY (delivery_id, attempt_no)
);
SELECT noxpay.protect_tenant_table('webhooks.attempts', 'webhooks');
GRANT SELECT ON webhooks.attempts TO webhooks_request;
GRANT SELECT, INSERT ON webhooks.attempts TO webhooks_worker;
RESET ROLE;
