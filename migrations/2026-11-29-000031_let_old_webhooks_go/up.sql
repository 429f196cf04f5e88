-- webhook-dispatcher: events, with their deliveries and attempts, are kept for a while and not for ever.
SET LOCAL ROLE noxpay_owner;

-- An event's age is how long it is in the feed, not how long ago it happened: one that came late is kept as long as others.
-- Those that are there already count from now on.
ALTER TABLE webhooks.events ADD COLUMN stored_at timestamptz NOT NULL DEFAULT noxpay.noxpay_now();
CREATE INDEX events_oldest ON webhooks.events (stored_at, seq);

-- How far a merchant's feed is gone: the place of the last event that was dropped, and the highest number of any.
CREATE TABLE webhooks.feeds (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    gone_xid xid8 NOT NULL,
    gone_seq bigint NOT NULL,
    highest_seq bigint NOT NULL,
    PRIMARY KEY (merchant_id, live)
);
SELECT noxpay.protect_tenant_table('webhooks.feeds', 'webhooks');
GRANT SELECT ON webhooks.feeds TO webhooks_request;
GRANT SELECT, INSERT, UPDATE ON webhooks.feeds TO webhooks_worker;

-- Still nobody edits what a merchant was told, or what came of it. What waits cannot be dropped, nor (by its foreign key)
-- the event that it is of, nor an event of the last day.
GRANT DELETE ON webhooks.events, webhooks.deliveries, webhooks.attempts TO webhooks_worker;
CREATE POLICY only_what_is_over ON webhooks.deliveries AS RESTRICTIVE FOR DELETE TO webhooks_worker
    USING (state <> 'pending');
CREATE POLICY only_what_is_old ON webhooks.events AS RESTRICTIVE FOR DELETE TO webhooks_worker
    USING (stored_at < noxpay.noxpay_now() - interval '23 hours');
RESET ROLE;
