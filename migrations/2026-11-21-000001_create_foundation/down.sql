-- Roles stay: other databases of the cluster may use them.
SET LOCAL ROLE noxpay_owner;
DROP SCHEMA noxpay CASCADE;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
RESET ROLE;
DROP EXTENSION btree_gist;
