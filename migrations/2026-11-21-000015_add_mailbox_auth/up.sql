-- imap-verifier: mailboxes that are logged in to by OAuth2, and folders that are chosen where none was named.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE mail.mailboxes
    -- sealed_password is NULL also where the mailbox has a row in mail.mailbox_tokens.
    DROP CONSTRAINT read_with_a_password,
    -- Where `folder` is empty because none was named. Chosen once, at the first login: another folder may have the same UIDVALIDITY, and its numbers mean other mails.
    ADD COLUMN chosen_folder text CHECK (chosen_folder <> '');

-- What access tokens are fetched with.
CREATE TABLE mail.mailbox_tokens (
    mailbox_id uuid PRIMARY KEY REFERENCES mail.mailboxes,
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    token_url text NOT NULL,
    client_id text NOT NULL,
    scope text,
    -- Sealed with the installation's key. A public client has no secret.
    sealed_client_secret bytea,
    -- Replaced where the provider hands out a new one with every access token.
    sealed_refresh_token bytea NOT NULL
);
SELECT noxpay.protect_tenant_table('mail.mailbox_tokens', 'mail');
GRANT SELECT, INSERT ON mail.mailbox_tokens TO mail_request;
GRANT SELECT, UPDATE (sealed_refresh_token) ON mail.mailbox_tokens TO mail_worker;
RESET ROLE;
