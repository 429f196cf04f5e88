-- intent-service: what payers say about their payment, and evidence of one payment that several channels tell.
SET LOCAL ROLE noxpay_owner;

-- References that payers typed. A hint, never more.
CREATE TABLE intents.claims (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    claim_no smallint NOT NULL CHECK (claim_no BETWEEN 1 AND 3),
    account_id uuid NOT NULL,
    rail_class text NOT NULL CHECK (rail_class IN ('inr', 'neft')),
    -- The form under which evidence is unique, and as it was typed.
    reference text NOT NULL,
    reference_typed text NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, intent_id, claim_no),
    FOREIGN KEY (merchant_id, live, intent_id) REFERENCES intents.intents (merchant_id, live, id),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live),
    CONSTRAINT claimed_once_by_an_intent UNIQUE (merchant_id, live, intent_id, rail_class, reference)
);
CREATE INDEX claims_by_reference ON intents.claims (account_id, rail_class, reference);
SELECT noxpay.protect_tenant_table('intents.claims', 'intents');
GRANT SELECT ON intents.claims TO intents_request;
GRANT SELECT, INSERT ON intents.claims TO intents_worker;

-- UPI IDs that payers said they pay from. The last one of an intent counts.
CREATE TABLE intents.declarations (
    merchant_id uuid NOT NULL,
    live boolean NOT NULL,
    intent_id uuid NOT NULL,
    declaration_no smallint NOT NULL CHECK (declaration_no BETWEEN 1 AND 3),
    account_id uuid NOT NULL,
    payable numeric(78, 0) NOT NULL CHECK (payable > 0),
    -- Lower case: two spellings are one address.
    payer_vpa text NOT NULL CHECK (payer_vpa = lower(payer_vpa)),
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, live, intent_id, declaration_no),
    FOREIGN KEY (merchant_id, live, intent_id) REFERENCES intents.intents (merchant_id, live, id),
    FOREIGN KEY (account_id, live) REFERENCES intents.accounts (id, live)
);
CREATE INDEX declarations_by_payer ON intents.declarations (account_id, payable, payer_vpa);
SELECT noxpay.protect_tenant_table('intents.declarations', 'intents');
GRANT SELECT ON intents.declarations TO intents_request;
GRANT SELECT, INSERT ON intents.declarations TO intents_worker;

-- Intents that ask for an amount without holding it make it ambiguous.
CREATE INDEX options_without_a_hold ON intents.options (account_id, payable) WHERE NOT reserved;
-- Other evidence of the same payment.
CREATE INDEX observations_alike ON intents.observations (account_id, amount, paid_to);

-- What a second teller of the same reference said besides: it may carry the note that the first one left out.
ALTER TABLE intents.sightings
    ADD COLUMN paid_from timestamptz,
    ADD COLUMN paid_to timestamptz,
    ADD COLUMN time_precision text CHECK (time_precision IN ('second', 'minute', 'date', 'block')),
    ADD COLUMN mode text CHECK (mode IN ('upi', 'imps', 'neft', 'rtgs', 'cheque', 'cash', 'other')),
    ADD COLUMN payer_vpa text,
    ADD COLUMN payer_name text,
    ADD COLUMN note text,
    ADD COLUMN seen_at timestamptz,
    ADD COLUMN proof json,
    ADD CONSTRAINT sighted_ends_after_it_begins CHECK (paid_to >= paid_from);

-- Where money goes is registered once and proved: another payee is another account, with a proof of its own.
REVOKE UPDATE ON intents.accounts FROM intents_worker;
GRANT UPDATE (status, alert_delay_s) ON intents.accounts TO intents_worker;

-- Evidence that was joined to other evidence counts there.
CREATE FUNCTION intents.joined_evidence_is_not_spent() RETURNS trigger
    LANGUAGE plpgsql SET search_path = intents, pg_temp AS $$
BEGIN
    IF (SELECT f.joined_to IS NOT NULL FROM intents.findings f WHERE f.observation_id = NEW.observation_id
            ORDER BY f.finding_no DESC LIMIT 1) THEN
        RAISE EXCEPTION 'observation % is evidence of a payment that another stands for', NEW.observation_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'joined_evidence_is_not_spent';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER joined_evidence_is_not_spent AFTER INSERT ON intents.allocations
    FOR EACH ROW EXECUTE FUNCTION intents.joined_evidence_is_not_spent();
RESET ROLE;
