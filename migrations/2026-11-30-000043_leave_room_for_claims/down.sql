SET LOCAL ROLE noxpay_owner;
ALTER TABLE webhooks.objects RESET (fillfactor);
ALTER TABLE webhooks.deliveries RESET (fillfactor);
RESET ROLE;
