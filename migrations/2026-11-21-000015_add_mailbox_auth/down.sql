SET LOCAL ROLE noxpay_owner;
-- Also the owner's statements see rows only without this.
ALTER TABLE mail.mailboxes NO FORCE ROW LEVEL SECURITY;
-- A mailbox without a password cannot be read by the version before.
UPDATE mail.mailboxes SET state = 'removed', sealed_password = '' WHERE kind = 'imap' AND sealed_password IS NULL;
UPDATE mail.mailboxes SET folder = coalesce(chosen_folder, 'INBOX') WHERE folder = '';
ALTER TABLE mail.mailboxes FORCE ROW LEVEL SECURITY;
DROP TABLE mail.mailbox_tokens;
ALTER TABLE mail.mailboxes
    DROP COLUMN chosen_folder,
    ADD CONSTRAINT read_with_a_password CHECK (kind <> 'imap' OR sealed_password IS NOT NULL);
RESET ROLE;
