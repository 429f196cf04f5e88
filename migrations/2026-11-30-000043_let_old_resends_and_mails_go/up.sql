-- webhook-dispatcher: resends that are done and e-mail that was handed over, or given up, go with the events of their time.
SET LOCAL ROLE noxpay_owner;
CREATE INDEX resends_over ON webhooks.resends (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX mails_over ON webhooks.mails (finished_at) WHERE finished_at IS NOT NULL;
GRANT DELETE ON webhooks.resends, webhooks.mails TO webhooks_worker;
-- What is still to be done cannot be dropped.
CREATE POLICY only_what_is_over ON webhooks.resends AS RESTRICTIVE FOR DELETE TO webhooks_worker
    USING (finished_at IS NOT NULL);
CREATE POLICY only_what_is_over ON webhooks.mails AS RESTRICTIVE FOR DELETE TO webhooks_worker
    USING (finished_at IS NOT NULL AND state <> 'pending');
RESET ROLE;
