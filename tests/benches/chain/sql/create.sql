-- What intent-service writes when it creates an intent, and nothing of what it reads: the numbers make every key new.
\set n :n + 1
\set r (:client_id + 1) * 100000000 + :n
BEGIN;
SELECT set_config('noxpay.merchant', :merchant, true), set_config('noxpay.live', 'false', true);
INSERT INTO reservations (account_id, payable, hold, merchant_id, live, intent_id, option_no) VALUES (:account, 1000000 + :r::bigint, tstzrange(now(), now() + interval '25 minutes'), :merchant, false, md5('bench' || :r::text)::uuid, 1) ON CONFLICT DO NOTHING;
INSERT INTO intents (merchant_id, live, id, order_id, amount_minor, currency, amount_trusted, status, sequence, created_at, expires_at, grace_s, policy, fingerprint, trace, check_at) VALUES (:merchant, false, md5('bench' || :r::text)::uuid, 'PGBENCH-' || :r::text, 49900, 'INR', true, 'pending', 1, now(), now() + interval '15 minutes', 600, '{"tolerance_minor": 0, "late_window_s": 14400, "late": "settle"}', sha256(:r::text::bytea), '{}', now() + interval '25 minutes') ON CONFLICT (merchant_id, live, order_id) DO NOTHING RETURNING *;
INSERT INTO options (merchant_id, live, intent_id, option_no, method, account_id, asset, payable, reserved, target, code) VALUES (:merchant, false, md5('bench' || :r::text)::uuid, 1, 'upi', :account, 'INR', 1000000 + :r::bigint, true, 'demo-shop@examplebank', upper(lpad(to_hex(:r::bigint * 4194319 % 1099511627776), 10, '0'))) ON CONFLICT (code) DO NOTHING RETURNING *;
INSERT INTO transitions (merchant_id, live, intent_id, sequence, event_id, event_type, status, at) VALUES (:merchant, false, md5('bench' || :r::text)::uuid, 1, md5('event' || :r::text)::uuid, 'intent.created', 'pending', now());
INSERT INTO outbox (event_id, event_type, envelope, trace) VALUES (md5('event' || :r::text)::uuid, 'intent.created', :envelope, '{}');
COMMIT;
