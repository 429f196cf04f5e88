-- imap-verifier: mailboxes, bindings, cursors, what was read.
SET LOCAL ROLE noxpay_owner;
SELECT noxpay.create_service_schema('mail');

-- What the gateway said about merchants: a disabled merchant's mailboxes are not read.
CREATE TABLE mail.merchants (
    merchant_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    active boolean NOT NULL
);
SELECT noxpay.protect_worker_table('mail.merchants', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.merchants TO mail_worker;

CREATE TABLE mail.mailboxes (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    username text NOT NULL,
    -- Sealed with the installation's key; the key id is in the bytes.
    sealed_password bytea NOT NULL,
    folder text NOT NULL DEFAULT 'INBOX',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'auth_failed', 'removed')),
    auth_failures integer NOT NULL DEFAULT 0,
    last_error text,
    last_read_at timestamptz,
    -- The last sequence number that this source said anything under.
    source_seq bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX mailboxes_once ON mail.mailboxes (merchant_id, live, host, username, folder) WHERE state <> 'removed';
SELECT noxpay.protect_tenant_table('mail.mailboxes', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.mailboxes TO mail_request, mail_worker;

-- Where reading stands. Written only by the holder of the newest lease token.
CREATE TABLE mail.cursors (
    mailbox_id uuid PRIMARY KEY REFERENCES mail.mailboxes,
    uidvalidity bigint NOT NULL,
    last_uid bigint NOT NULL,
    -- Everything that reached the mailbox before this has been read.
    watermark timestamptz,
    fence bigint NOT NULL
);
SELECT noxpay.protect_worker_table('mail.cursors', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.cursors TO mail_worker;

-- What proves that an alert is about an account.
CREATE TABLE mail.bindings (
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    account_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    bank text NOT NULL,
    account_tail text CHECK (account_tail ~ '^[0-9]{4,}$'),
    payee_vpa text,
    registered_addresses text[] NOT NULL CHECK (cardinality(registered_addresses) > 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (mailbox_id, account_id),
    CONSTRAINT something_to_compare CHECK (account_tail IS NOT NULL OR payee_vpa IS NOT NULL)
);
SELECT noxpay.protect_tenant_table('mail.bindings', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.bindings TO mail_request;
GRANT SELECT ON mail.bindings TO mail_worker;

-- Every mail of a listed sender that was read, with its verdict. Refusals stand here, outside every dedupe key, so that a
-- forgery with a real reference cannot shadow the genuine alert.
CREATE TABLE mail.messages (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    uidvalidity bigint NOT NULL,
    uid bigint NOT NULL,
    -- Hex SHA-256 over what was signed (of the raw bytes where nothing was).
    digest text NOT NULL,
    message_id text,
    sender text,
    subject text,
    received_at timestamptz,
    read_at timestamptz NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('recorded', 'refused', 'unbound', 'unsure', 'not_a_credit', 'unparsed', 'undecided')),
    -- Why, in a code that a merchant understands; NULL where the verdict says it all.
    reason text,
    bank text,
    rule_id text,
    facts json,
    account_id uuid,
    observation_id uuid,
    UNIQUE (mailbox_id, uidvalidity, uid),
    CONSTRAINT recorded_as_an_observation CHECK ((verdict = 'recorded') = (observation_id IS NOT NULL AND account_id IS NOT NULL))
);
CREATE INDEX messages_newest ON mail.messages (merchant_id, live, read_at DESC);
CREATE INDEX messages_undecided ON mail.messages (mailbox_id, read_at) WHERE verdict = 'undecided';
SELECT noxpay.protect_tenant_table('mail.messages', 'mail');
GRANT SELECT ON mail.messages TO mail_request;
-- An undecided mail (DNS was away) is decided later: the only update.
GRANT SELECT, INSERT, UPDATE ON mail.messages TO mail_worker;
RESET ROLE;
