-- imap-verifier: whether a mailbox's owner believes what its server says of unsigned mails. It counts only where the operator
-- lists that server.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE mail.mailboxes ADD COLUMN trusts_results boolean NOT NULL DEFAULT false;
RESET ROLE;
