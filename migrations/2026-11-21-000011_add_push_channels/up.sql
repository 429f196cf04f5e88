-- imap-verifier: sources that push (raw mail by HTTP, phones), beside the mailboxes that are read.
SET LOCAL ROLE noxpay_owner;

-- A mailbox is read over IMAP, or something pushes: then it has a name and no server.
ALTER TABLE mail.mailboxes
    ADD COLUMN kind text NOT NULL DEFAULT 'imap' CHECK (kind IN ('imap', 'http', 'phone')),
    ADD COLUMN name text,
    ALTER COLUMN host DROP NOT NULL,
    ALTER COLUMN port DROP NOT NULL,
    ALTER COLUMN username DROP NOT NULL,
    ALTER COLUMN sealed_password DROP NOT NULL,
    ALTER COLUMN folder DROP NOT NULL,
    ADD CONSTRAINT read_from_a_server CHECK (kind <> 'imap' OR num_nulls(host, port, username, folder) = 0),
    ADD CONSTRAINT read_with_a_password CHECK (kind <> 'imap' OR sealed_password IS NOT NULL),
    ADD CONSTRAINT pushed_under_a_name CHECK (
        kind = 'imap' OR name IS NOT NULL AND num_nonnulls(host, port, username, sealed_password, folder) = 0);
CREATE UNIQUE INDEX mailboxes_once_by_name ON mail.mailboxes (merchant_id, live, name) WHERE kind <> 'imap' AND state <> 'removed';

-- How a source that pushes shows who it is, and how much the merchant lets a phone vouch for.
CREATE TABLE mail.push_sources (
    mailbox_id uuid PRIMARY KEY REFERENCES mail.mailboxes,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    -- SHA-256 of 256 random bits, which only their holder knows.
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    scheme text NOT NULL CHECK (scheme IN ('token', 'body_hmac', 'stamped_hmac', 'jwt')),
    -- Of the app's own signature; sealed with the installation's key.
    sealed_key bytea,
    -- In paise; a phone's.
    per_payment_minor bigint CHECK (per_payment_minor >= 0),
    per_day_minor bigint CHECK (per_day_minor >= 0),
    CONSTRAINT a_signature_has_its_key CHECK ((scheme = 'token') = (sealed_key IS NULL)),
    CONSTRAINT both_limits_or_none CHECK ((per_payment_minor IS NULL) = (per_day_minor IS NULL))
);
SELECT noxpay.protect_tenant_table('mail.push_sources', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.push_sources TO mail_request;
GRANT SELECT ON mail.push_sources TO mail_worker;

-- "This is our bank": senders' headers that the merchant vouches for, beside those that the rules list.
CREATE TABLE mail.trusted_headers (
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    header text NOT NULL CHECK (header ~ '^[A-Z0-9]{3,11}$'),
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    bank text NOT NULL,
    trusted_at timestamptz NOT NULL,
    PRIMARY KEY (mailbox_id, header)
);
SELECT noxpay.protect_tenant_table('mail.trusted_headers', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.trusted_headers TO mail_request;
GRANT SELECT ON mail.trusted_headers TO mail_worker;

-- By what a delivery is known when it comes again.
CREATE TABLE mail.delivery_keys (
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    message_id uuid NOT NULL,
    PRIMARY KEY (mailbox_id, key)
);
SELECT noxpay.protect_worker_table('mail.delivery_keys', 'mail');
GRANT SELECT, INSERT ON mail.delivery_keys TO mail_worker;

-- Messages with a header that nobody vouched for: sealed, until the merchant says whose it is, or they are too old.
CREATE TABLE mail.waiting_messages (
    message_id uuid PRIMARY KEY REFERENCES mail.messages ON DELETE CASCADE,
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    header text NOT NULL,
    sealed_message bytea NOT NULL,
    arrived_at timestamptz NOT NULL
);
CREATE INDEX waiting_by_header ON mail.waiting_messages (mailbox_id, header, arrived_at);
SELECT noxpay.protect_worker_table('mail.waiting_messages', 'mail');
GRANT SELECT, INSERT, DELETE ON mail.waiting_messages TO mail_worker;

-- Deliveries that are being judged at this moment: no watermark reaches past them.
CREATE TABLE mail.arrivals (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mail.mailboxes,
    arrived_at timestamptz NOT NULL
);
CREATE INDEX arrivals_by_mailbox ON mail.arrivals (mailbox_id, arrived_at);
SELECT noxpay.protect_worker_table('mail.arrivals', 'mail');
GRANT SELECT, INSERT, DELETE ON mail.arrivals TO mail_worker;

-- A phone has no address that the bank writes to, and a business app prints no account: there the apps on this phone are it.
ALTER TABLE mail.bindings
    ADD COLUMN apps text[] NOT NULL DEFAULT '{}',
    DROP CONSTRAINT bindings_registered_addresses_check,
    DROP CONSTRAINT something_to_compare,
    ADD CONSTRAINT something_to_compare CHECK (
        num_nonnulls(account_tail, payee_vpa) > 0 OR cardinality(apps) > 0);

-- What a source vouched for of late: its daily limit, and what it leaves behind when it is removed.
CREATE INDEX messages_recorded ON mail.messages (mailbox_id, read_at) WHERE verdict = 'recorded';
RESET ROLE;
