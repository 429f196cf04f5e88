-- intent-service: every rung of the ladder, evidence that several channels tell, and what people decide about money.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE intents.findings
    DROP CONSTRAINT findings_rung_check,
    DROP CONSTRAINT findings_outcome_check,
    DROP CONSTRAINT a_person_is_told_why,
    ADD CONSTRAINT findings_rung_check CHECK (
        rung IN ('code', 'declared_vpa', 'reserved_amount', 'claimed_utr', 'merchant_word')),
    -- joined: other evidence of a payment that `joined_to` stands for. refund_due, dismissed: a person's word.
    ADD CONSTRAINT findings_outcome_check CHECK (
        outcome IN ('allocated', 'proved', 'review', 'suspense', 'joined', 'refund_due', 'dismissed')),
    ADD CONSTRAINT a_person_is_told_why CHECK (outcome IN ('allocated', 'proved', 'joined') OR reason IS NOT NULL),
    ADD COLUMN joined_to uuid,
    ADD CONSTRAINT joined_to_evidence_of_the_mode FOREIGN KEY (joined_to, live) REFERENCES intents.observations (id, live),
    ADD CONSTRAINT joined_to_another CHECK (
        (outcome = 'joined') = (joined_to IS NOT NULL) AND joined_to <> observation_id);
CREATE INDEX findings_by_lead ON intents.findings (joined_to) WHERE joined_to IS NOT NULL;
ALTER TABLE intents.allocations
    DROP CONSTRAINT allocations_rung_check,
    ADD CONSTRAINT allocations_rung_check CHECK (
        rung IN ('code', 'declared_vpa', 'reserved_amount', 'claimed_utr', 'merchant_word'));
RESET ROLE;
