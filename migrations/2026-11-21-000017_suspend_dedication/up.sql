-- intent-service: an account that often receives what fits no intent settles nothing by amount until its owner says so.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE intents.accounts
    -- While set, with what was counted then, a reserved amount alone settles nothing here.
    ADD COLUMN dedication_suspended_at timestamptz,
    ADD COLUMN dedication_unfitting integer,
    ADD COLUMN dedication_credits integer,
    -- Its owner's word: what was paid before is not counted any more.
    ADD COLUMN dedication_restored_at timestamptz,
    ADD CONSTRAINT suspended_over_what_was_counted CHECK (
        num_nulls(dedication_suspended_at, dedication_unfitting, dedication_credits) IN (0, 3)
        AND dedication_unfitting BETWEEN 1 AND dedication_credits),
    ADD CONSTRAINT suspended_if_dedicated CHECK (dedicated OR dedication_suspended_at IS NULL);
GRANT UPDATE (dedication_suspended_at, dedication_unfitting, dedication_credits, dedication_restored_at)
    ON intents.accounts TO intents_worker;

-- Each of these changes, with its cause: the evidence that was one too many, or who said what.
CREATE TABLE intents.dedication_changes (
    account_id uuid NOT NULL,
    change_no integer NOT NULL CHECK (change_no > 0),
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    kind text NOT NULL CHECK (kind IN ('suspended', 'restored')),
    observation_id uuid,
    unfitting integer,
    credits integer,
    actor text,
    reason text CHECK (char_length(reason) BETWEEN 1 AND 300),
    request_id text,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, change_no),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live),
    FOREIGN KEY (observation_id, live) REFERENCES intents.observations (id, live),
    CONSTRAINT changed_by_evidence_or_a_word CHECK (CASE kind
        WHEN 'suspended' THEN num_nulls(observation_id, unfitting, credits) = 0
        ELSE num_nulls(actor, reason, request_id) = 0 END)
);
SELECT noxpay.protect_tenant_table('intents.dedication_changes', 'intents');
GRANT SELECT, INSERT ON intents.dedication_changes TO intents_worker;
RESET ROLE;
