-- What intent-service reads when it is asked for an intent: one of the thousand of the past, none of them paid.
\set n random(0, 99) * 10 + 1
BEGIN;
SELECT set_config('noxpay.merchant', :merchant, true), set_config('noxpay.live', 'false', true);
SELECT * FROM intents WHERE merchant_id = :merchant AND live = false AND id = md5('intent' || :n::text)::uuid;
SELECT o.*, a.* FROM options o JOIN accounts a ON a.id = o.account_id WHERE o.merchant_id = :merchant AND o.live = false AND o.intent_id = md5('intent' || :n::text)::uuid ORDER BY o.intent_id, o.option_no;
COMMIT;
