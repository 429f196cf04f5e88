SET LOCAL ROLE noxpay_owner;
ALTER TABLE mail.mailboxes DROP COLUMN trusts_results;
RESET ROLE;
