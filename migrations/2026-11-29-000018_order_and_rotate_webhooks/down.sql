SET LOCAL ROLE noxpay_owner;
DROP TABLE webhooks.mails;
DROP TABLE webhooks.contacts;
DROP TABLE webhooks.resends;
ALTER TABLE webhooks.attempts
    DROP COLUMN response_headers,
    DROP CONSTRAINT excerpt_is_short,
    DROP COLUMN url;
UPDATE webhooks.attempts SET response_excerpt = left(response_excerpt, 200) WHERE char_length(response_excerpt) > 200;
ALTER TABLE webhooks.attempts
    ADD CONSTRAINT attempts_response_excerpt_check CHECK (char_length(response_excerpt) <= 200);
REVOKE INSERT ON webhooks.events FROM webhooks_request;
REVOKE UPDATE (round, attempts_before, blocks_until, held) ON webhooks.deliveries FROM webhooks_request;
REVOKE INSERT ON webhooks.deliveries FROM webhooks_request;
DROP INDEX webhooks.deliveries_failed;
DROP INDEX webhooks.deliveries_newest;
DROP INDEX webhooks.deliveries_held;
DROP INDEX webhooks.deliveries_in_order;
DROP INDEX webhooks.deliveries_due;
ALTER TABLE webhooks.deliveries
    RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay),
    DROP CONSTRAINT only_pending_ones_are_held,
    DROP COLUMN round,
    DROP COLUMN attempts_before,
    DROP COLUMN held,
    DROP COLUMN blocks_until,
    DROP COLUMN created_at,
    DROP COLUMN body,
    DROP COLUMN part,
    DROP COLUMN sequence,
    DROP COLUMN object_id;
CREATE INDEX deliveries_due ON webhooks.deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_by_endpoint ON webhooks.deliveries (endpoint_id, state);
DROP TABLE webhooks.objects;
DROP INDEX webhooks.events_by_seq;
DROP INDEX webhooks.events_feed;
ALTER TABLE webhooks.events
    DROP COLUMN xid,
    DROP COLUMN seq,
    DROP COLUMN part,
    DROP COLUMN object_kind;
-- What the old states and profiles have no word for.
UPDATE webhooks.endpoints SET state = 'disabled' WHERE state = 'deleted';
UPDATE webhooks.endpoints SET profile = 'noxpay';
ALTER TABLE webhooks.endpoints
    DROP CONSTRAINT only_a_previous_secret_signs,
    DROP CONSTRAINT previous_has_an_end,
    DROP COLUMN single_signs_with_previous,
    DROP COLUMN previous_until,
    DROP COLUMN sealed_previous,
    DROP COLUMN sealed_signing_key,
    DROP COLUMN failing_since,
    DROP COLUMN state_since,
    DROP COLUMN state_reason,
    DROP CONSTRAINT known_state,
    DROP CONSTRAINT own_pauses,
    DROP COLUMN pauses_s,
    DROP COLUMN retry,
    DROP CONSTRAINT known_profile,
    DROP COLUMN description;
ALTER TABLE webhooks.endpoints
    ADD CONSTRAINT endpoints_profile_check CHECK (profile IN ('noxpay')),
    ADD CONSTRAINT endpoints_state_check CHECK (state IN ('active', 'disabled'));
RESET ROLE;
