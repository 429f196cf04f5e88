-- imap-verifier: since when a mailbox cannot be read, logins that are replaced, and waiting messages that are dropped by age.
SET LOCAL ROLE noxpay_owner;

-- Since when every attempt has failed; NULL while it is read, and once a person changed its state or login.
ALTER TABLE mail.mailboxes ADD COLUMN failing_since timestamptz;

-- A merchant gives a mailbox another refresh token.
GRANT UPDATE (sealed_refresh_token) ON mail.mailbox_tokens TO mail_request;

CREATE INDEX waiting_by_age ON mail.waiting_messages (arrived_at);
RESET ROLE;
