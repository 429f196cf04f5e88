SET LOCAL ROLE noxpay_owner;
DROP POLICY only_what_is_over ON webhooks.mails;
DROP POLICY only_what_is_over ON webhooks.resends;
REVOKE DELETE ON webhooks.resends, webhooks.mails FROM webhooks_worker;
DROP INDEX webhooks.mails_over;
DROP INDEX webhooks.resends_over;
RESET ROLE;
