-- api-gateway: who may call, and what privileged callers did.
SET LOCAL ROLE noxpay_owner;
SELECT noxpay.create_service_schema('gateway');

CREATE TABLE gateway.merchants (
    merchant_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9 ._-]{3,100}$'),
    active boolean NOT NULL DEFAULT true,
    -- Requests per minute and credential; NULL takes the setting, 0 means without limit (development only).
    rate_limit_rpm integer CHECK (rate_limit_rpm >= 0),
    -- Gapless, of the events about this merchant.
    sequence bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
ALTER TABLE gateway.merchants ENABLE ROW LEVEL SECURITY;
ALTER TABLE gateway.merchants FORCE ROW LEVEL SECURITY;
-- A merchant is the same in both modes.
CREATE POLICY tenant ON gateway.merchants TO gateway_request
    USING (merchant_id = nullif(current_setting('noxpay.merchant', true), '')::uuid)
    WITH CHECK (merchant_id = nullif(current_setting('noxpay.merchant', true), '')::uuid);
CREATE POLICY worker ON gateway.merchants TO gateway_worker USING (true) WITH CHECK (true);
GRANT SELECT ON gateway.merchants TO gateway_request;
GRANT SELECT, INSERT, UPDATE ON gateway.merchants TO gateway_worker;

-- A credential is not a merchant: one merchant has several, in several dialects.
CREATE TABLE gateway.credentials (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES gateway.merchants,
    live boolean NOT NULL,
    family text NOT NULL CHECK (family IN ('client_id', 'api_key')),
    -- What the caller sends in clear: a UUID for client_id, key_… for api_key.
    key_id text NOT NULL,
    -- HMAC-SHA256 of the secret under the pepper: a mismatch is found here and never reaches Argon2.
    secret_hmac bytea NOT NULL CHECK (octet_length(secret_hmac) = 32),
    secret_argon2 text NOT NULL CHECK (secret_argon2 LIKE '$argon2id$%'),
    created_at timestamptz NOT NULL,
    -- A rotated secret ends here; NULL while it is the current one.
    ends_at timestamptz,
    revoked_at timestamptz
);
-- While a rotation overlaps, two secrets of one key id are good at the same time.
CREATE INDEX credentials_by_key ON gateway.credentials (family, key_id);
CREATE INDEX credentials_by_merchant ON gateway.credentials (merchant_id, live);
SELECT noxpay.protect_tenant_table('gateway.credentials', 'gateway');
GRANT SELECT ON gateway.credentials TO gateway_request;
GRANT SELECT, INSERT, UPDATE ON gateway.credentials TO gateway_worker;

-- What privileged callers did. Nobody edits it.
CREATE TABLE gateway.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id uuid,
    live boolean,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail json,
    request_id text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_log_by_merchant ON gateway.audit_log (merchant_id, live, id);
SELECT noxpay.protect_tenant_table('gateway.audit_log', 'gateway');
GRANT SELECT ON gateway.audit_log TO gateway_request;
GRANT SELECT, INSERT ON gateway.audit_log TO gateway_worker;
RESET ROLE;
