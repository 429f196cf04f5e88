SET LOCAL ROLE noxpay_owner;

-- A claim changes no indexed column: with room in its page, it costs no index an entry.
ALTER TABLE webhooks.deliveries SET (fillfactor = 60);
ALTER TABLE webhooks.objects SET (fillfactor = 80);
RESET ROLE;
