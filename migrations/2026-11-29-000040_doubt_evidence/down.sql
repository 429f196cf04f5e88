SET LOCAL ROLE noxpay_owner;
ALTER TABLE intents.intents
    DROP CONSTRAINT review_has_a_reason,
    DROP CONSTRAINT intents_review_reason_check,
    DROP COLUMN doubted_at,
    ADD CONSTRAINT intents_review_reason_check CHECK (review_reason IN (
        'late_after_cancel', 'late', 'underpaid_at_expiry', 'source_blind', 'reversal_reported')),
    ADD CONSTRAINT review_has_a_reason CHECK (CASE status
        WHEN 'review' THEN review_reason IS NOT NULL
        WHEN 'settled' THEN review_reason IS NULL OR review_reason = 'reversal_reported'
        ELSE review_reason IS NULL END);
DROP TABLE intents.doubts;
RESET ROLE;
