SET LOCAL ROLE noxpay_owner;
ALTER TABLE intents.allocations
    DROP CONSTRAINT allocations_rung_check,
    ADD CONSTRAINT allocations_rung_check CHECK (rung IN ('code', 'reserved_amount'));
DROP INDEX intents.findings_by_lead;
ALTER TABLE intents.findings
    DROP CONSTRAINT joined_to_another,
    DROP CONSTRAINT joined_to_evidence_of_the_mode,
    DROP COLUMN joined_to,
    DROP CONSTRAINT a_person_is_told_why,
    DROP CONSTRAINT findings_outcome_check,
    DROP CONSTRAINT findings_rung_check,
    ADD CONSTRAINT findings_rung_check CHECK (rung IN ('code', 'reserved_amount')),
    ADD CONSTRAINT findings_outcome_check CHECK (outcome IN ('allocated', 'proved', 'review', 'suspense')),
    ADD CONSTRAINT a_person_is_told_why CHECK (outcome IN ('allocated', 'proved') OR reason IS NOT NULL);
RESET ROLE;
