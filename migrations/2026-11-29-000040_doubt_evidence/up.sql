-- intent-service: evidence of sources that were revoked.
SET LOCAL ROLE noxpay_owner;

-- Evidence, told once or told again, that is not believed any more. It may be named before it is here: queues keep no order.
CREATE TABLE intents.doubts (
    observation_id uuid PRIMARY KEY,
    -- The source's, which told of it.
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    source_id uuid NOT NULL,
    -- The word of the person who revoked the source.
    reason text CHECK (char_length(reason) BETWEEN 1 AND 300),
    doubted_at timestamptz NOT NULL
);
SELECT noxpay.protect_tenant_table('intents.doubts', 'intents');
GRANT SELECT ON intents.doubts TO intents_request;
GRANT SELECT, INSERT ON intents.doubts TO intents_worker;

ALTER TABLE intents.intents
    -- Since when some of its money rests on doubted evidence alone, and nobody said that it is good all the same.
    ADD COLUMN doubted_at timestamptz,
    DROP CONSTRAINT intents_review_reason_check,
    ADD CONSTRAINT intents_review_reason_check CHECK (review_reason IN (
        'late_after_cancel', 'late', 'underpaid_at_expiry', 'source_blind', 'reversal_reported', 'source_revoked')) NOT VALID,
    DROP CONSTRAINT review_has_a_reason,
    ADD CONSTRAINT review_has_a_reason CHECK (CASE status
        WHEN 'review' THEN review_reason IS NOT NULL
        WHEN 'settled' THEN review_reason IS NULL OR review_reason IN ('reversal_reported', 'source_revoked')
        ELSE review_reason IS NULL END) NOT VALID;
ALTER TABLE intents.intents VALIDATE CONSTRAINT intents_review_reason_check;
ALTER TABLE intents.intents VALIDATE CONSTRAINT review_has_a_reason;
RESET ROLE;
