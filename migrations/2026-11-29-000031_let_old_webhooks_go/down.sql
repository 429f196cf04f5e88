SET LOCAL ROLE noxpay_owner;
DROP POLICY only_what_is_old ON webhooks.events;
DROP POLICY only_what_is_over ON webhooks.deliveries;
REVOKE DELETE ON webhooks.events, webhooks.deliveries, webhooks.attempts FROM webhooks_worker;
DROP TABLE webhooks.feeds;
DROP INDEX webhooks.events_oldest;
ALTER TABLE webhooks.events DROP COLUMN stored_at;
RESET ROLE;
