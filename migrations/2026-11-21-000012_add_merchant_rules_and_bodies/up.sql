-- imap-verifier: merchants' own rules, and the mails themselves for as long as they are kept.
SET LOCAL ROLE noxpay_owner;

-- What a merchant's rule said, version by version. Nothing is edited: a change is a new version, and so is a removal.
CREATE TABLE mail.parser_rules (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    rule_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    bank_name text NOT NULL,
    detect_keyword text NOT NULL,
    amount_regex text NOT NULL,
    utr_regex text NOT NULL,
    sender_regex text,
    remark_regex text,
    -- From this version on there is no such rule.
    removed boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, rule_id, version)
);
SELECT noxpay.protect_tenant_table('mail.parser_rules', 'mail');
GRANT SELECT, INSERT ON mail.parser_rules TO mail_request;
GRANT SELECT ON mail.parser_rules TO mail_worker;

-- Mails of listed senders as they came, sealed for their row, until retention drops them. No request reads them.
CREATE TABLE mail.bodies (
    message_id uuid PRIMARY KEY REFERENCES mail.messages,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    sealed bytea NOT NULL,
    kept_at timestamptz NOT NULL
);
-- What is sealed does not compress.
ALTER TABLE mail.bodies ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX bodies_oldest ON mail.bodies (kept_at);
SELECT noxpay.protect_tenant_table('mail.bodies', 'mail');
GRANT SELECT, INSERT, DELETE ON mail.bodies TO mail_worker;

-- The e-mail log by verdict: without it, a rare one is looked for among all that were recorded.
CREATE INDEX messages_by_verdict ON mail.messages (merchant_id, live, verdict, read_at DESC);
RESET ROLE;
