-- Fails where a source pushes: remove those first.
SET LOCAL ROLE noxpay_owner;
DROP INDEX mail.messages_recorded;
ALTER TABLE mail.bindings
    DROP CONSTRAINT something_to_compare,
    DROP COLUMN apps,
    ADD CONSTRAINT something_to_compare CHECK (account_tail IS NOT NULL OR payee_vpa IS NOT NULL),
    ADD CONSTRAINT bindings_registered_addresses_check CHECK (cardinality(registered_addresses) > 0);
DROP TABLE mail.waiting_messages, mail.arrivals, mail.delivery_keys, mail.trusted_headers, mail.push_sources;
DROP INDEX mail.mailboxes_once_by_name;
ALTER TABLE mail.mailboxes
    DROP CONSTRAINT pushed_under_a_name,
    DROP CONSTRAINT read_with_a_password,
    DROP CONSTRAINT read_from_a_server,
    DROP COLUMN kind,
    DROP COLUMN name,
    ALTER COLUMN folder SET NOT NULL,
    ALTER COLUMN sealed_password SET NOT NULL,
    ALTER COLUMN username SET NOT NULL,
    ALTER COLUMN port SET NOT NULL,
    ALTER COLUMN host SET NOT NULL;
RESET ROLE;
