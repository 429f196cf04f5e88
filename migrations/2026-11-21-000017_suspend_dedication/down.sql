SET LOCAL ROLE noxpay_owner;
DROP TABLE intents.dedication_changes;
ALTER TABLE intents.accounts
    DROP CONSTRAINT suspended_if_dedicated,
    DROP CONSTRAINT suspended_over_what_was_counted,
    DROP COLUMN dedication_suspended_at,
    DROP COLUMN dedication_unfitting,
    DROP COLUMN dedication_credits,
    DROP COLUMN dedication_restored_at;
RESET ROLE;
