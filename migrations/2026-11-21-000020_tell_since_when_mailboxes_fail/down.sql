SET LOCAL ROLE noxpay_owner;
DROP INDEX mail.waiting_by_age;
REVOKE UPDATE (sealed_refresh_token) ON mail.mailbox_tokens FROM mail_request;
ALTER TABLE mail.mailboxes DROP COLUMN failing_since;
RESET ROLE;
