-- What intent-service writes when evidence settles an intent that `create.sql` made, and nothing of what it reads.
\set n :n + 1
\set r (:client_id + 1) * 100000000 + :n
BEGIN;
INSERT INTO inbox (slot, event_id) VALUES (0, md5('told' || :r::text)::uuid) ON CONFLICT DO NOTHING;
INSERT INTO observations (id, merchant_id, live, account_id, source_id, source_seq, rail_class, reference, reference_printed, strength, direction, mode, amount, currency, paid_from, paid_to, time_precision, seen_at, proof, recorded_at) VALUES (md5('evidence' || :r::text)::uuid, :merchant, false, :account, :account, :r, 'inr', 'B' || :r::text, 'B' || :r::text, 'strong', 'credit', 'upi', 1000000 + :r::bigint, 'INR', now(), now(), 'second', now(), '{}', now()) ON CONFLICT DO NOTHING;
SELECT * FROM intents WHERE merchant_id = :merchant AND live = false AND id = md5('bench' || :r::text)::uuid FOR UPDATE;
INSERT INTO findings (observation_id, finding_no, merchant_id, live, outcome, rung, intent_id, decided_at) VALUES (md5('evidence' || :r::text)::uuid, 1, :merchant, false, 'allocated', 'code', md5('bench' || :r::text)::uuid, now());
INSERT INTO allocations (merchant_id, live, intent_id, option_no, observation_id, kind, amount, rung, allocated_at) VALUES (:merchant, false, md5('bench' || :r::text)::uuid, 1, md5('evidence' || :r::text)::uuid, 'receipt', 1000000 + :r::bigint, 'code', now());
UPDATE intents SET status = 'settled', sequence = 2, received = 1000000 + :r::bigint, paid_at = now(), settled_at = now(), check_at = NULL WHERE merchant_id = :merchant AND live = false AND id = md5('bench' || :r::text)::uuid AND status = 'pending' RETURNING *;
INSERT INTO transitions (merchant_id, live, intent_id, sequence, event_id, event_type, previous_status, status, at) VALUES (:merchant, false, md5('bench' || :r::text)::uuid, 2, md5('settled' || :r::text)::uuid, 'intent.settled', 'pending', 'settled', now());
INSERT INTO outbox (event_id, event_type, envelope, trace) VALUES (md5('settled' || :r::text)::uuid, 'intent.settled', :envelope, '{}');
UPDATE sources SET stored_seq = stored_seq + 1 WHERE source_id = :account;
COMMIT;
