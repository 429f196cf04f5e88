-- Fails while there are bearer keys: no release before this one knows them.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE gateway.credentials
    DROP CONSTRAINT credentials_family_check,
    ADD CONSTRAINT credentials_family_check CHECK (family IN ('client_id', 'api_key'));
RESET ROLE;
