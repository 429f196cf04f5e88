-- imap-verifier: the banks' keys as DNS had them, learnt only where two resolvers said the same.
SET LOCAL ROLE noxpay_owner;
CREATE TABLE mail.dkim_keys (
    domain text NOT NULL,
    selector text NOT NULL,
    -- SHA-256 of the record: a selector may be used again.
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    record text NOT NULL,
    first_seen timestamptz NOT NULL,
    -- It proves mails that were handed over until a little after this.
    last_seen_in_dns timestamptz NOT NULL,
    -- The bank took the selector back: from then on the key proves nothing.
    revoked_at timestamptz,
    PRIMARY KEY (domain, selector, digest),
    CONSTRAINT seen_in_order CHECK (first_seen <= last_seen_in_dns)
);
SELECT noxpay.protect_worker_table('mail.dkim_keys', 'mail');
GRANT SELECT, INSERT, UPDATE ON mail.dkim_keys TO mail_worker;
RESET ROLE;
