-- A third family of credentials: one token in `Authorization: Bearer`, which holds key id and secret.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE gateway.credentials
    DROP CONSTRAINT credentials_family_check,
    ADD CONSTRAINT credentials_family_check CHECK (family IN ('client_id', 'api_key', 'bearer')) NOT VALID;
ALTER TABLE gateway.credentials VALIDATE CONSTRAINT credentials_family_check;
RESET ROLE;
