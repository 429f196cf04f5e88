//! A walk over the whole catalogue: whatever a later migration adds is held to the same rules, or named here.

use crate::support::{execute, texts};
use db::{Connection, migrate};
use testkit::TestDb;

/// Rows that no tenant owns: only the worker reads them (the clock's, everybody).
const WITHOUT_TENANT: [&str; 10] = [
    "intents.source_gaps",
    "intents.sources",
    "mail.arrivals",
    "mail.cursors",
    "mail.delivery_keys",
    "mail.dkim_keys",
    "mail.merchants",
    "mail.waiting_messages",
    "noxpay.noxpay_clock",
    "webhooks.objects",
];

/// Facts: nobody edits or deletes them.
const FACTS: [&str; 13] = [
    "gateway.audit_log",
    "intents.account_identifiers",
    "intents.allocations",
    "intents.decisions",
    "intents.dedication_changes",
    "intents.doubts",
    "intents.findings",
    "intents.observations",
    "intents.options",
    "intents.reservations",
    "intents.sightings",
    "intents.transitions",
    "mail.parser_rules",
];

/// Facts that are kept for a while: nobody edits them, and only the worker drops them.
const FADING: [&str; 2] = ["webhooks.attempts", "webhooks.events"];

const OURS: &str = "('noxpay', 'gateway', 'intents', 'mail', 'webhooks')";

/// The roles that log in.
const LOGINS: &str = "(SELECT rolname FROM pg_roles WHERE rolname ~ '^(gateway|intents|mail|webhooks)_(request|worker)$')";

const TABLES: &str = "SELECT format('%I.%I', nspname, relname) AS t \
     FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace WHERE nspname IN OURS AND relkind IN ('r', 'p')";

/// What must not be there: a rule, and the query that finds who breaks it. `OURS` and `LOGINS` stand for the lists above.
const RULES: [(&str, &str); 15] = [
    (
        "row-level security is forced on every table, and the owner owns it",
        "TABLES AND NOT (relrowsecurity AND relforcerowsecurity AND relowner = 'noxpay_owner'::regrole)",
    ),
    (
        "no view has its owner's rights, and nothing but tables and views holds rows",
        "SELECT format('%I.%I', nspname, relname) AS t FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace \
         WHERE nspname IN OURS AND (relkind IN ('m', 'f') \
           OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))",
    ),
    (
        "no function has its owner's rights",
        "SELECT p.oid::regprocedure::text AS t FROM pg_proc p JOIN pg_namespace s ON s.oid = pronamespace \
         WHERE nspname IN OURS AND (prosecdef OR proowner <> 'noxpay_owner'::regrole)",
    ),
    (
        "no function is everybody's",
        "SELECT p.oid::regprocedure::text AS t FROM pg_proc p JOIN pg_namespace s ON s.oid = pronamespace \
         WHERE nspname IN OURS AND has_function_privilege('public', p.oid, 'EXECUTE')",
    ),
    (
        "in public stands only what an extension owns, and the list of migrations",
        "SELECT o.name AS t FROM ( \
           SELECT oid, proname::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
           UNION ALL SELECT oid, relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace \
             AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname <> '__diesel_schema_migrations') o \
         WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND deptype = 'e')",
    ),
    (
        "no policy is for the role of another schema",
        "SELECT format('%s.%s %s', schemaname, tablename, policyname) AS t FROM pg_policies, unnest(roles) r \
         WHERE schemaname <> 'noxpay' AND r::text NOT IN (schemaname || '_request', schemaname || '_worker')",
    ),
    (
        "a role that logs in has no power",
        "SELECT rolname::text AS t FROM pg_roles WHERE (rolname IN LOGINS OR rolname = 'noxpay_owner') AND \
         (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication \
           OR rolcanlogin = (rolname = 'noxpay_owner'))",
    ),
    (
        "a role that logs in is a member of none",
        "SELECT r.rolname::text AS t FROM pg_auth_members JOIN pg_roles r ON r.oid = member WHERE r.rolname IN LOGINS",
    ),
    (
        "a role uses its own schema, noxpay and public, and creates in none",
        "SELECT format('%s %s', rolname, nspname) AS t FROM pg_roles r, pg_namespace s WHERE rolname IN LOGINS \
         AND nspname !~ '^(pg_|information_schema$)' \
         AND (has_schema_privilege(r.oid, s.oid, 'CREATE') OR has_schema_privilege(r.oid, s.oid, 'USAGE') \
           <> (nspname IN ('noxpay', 'public') OR starts_with(rolname, nspname || '_')))",
    ),
    (
        "everybody may use public, and nothing else",
        "SELECT nspname::text AS t FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' \
         AND (has_schema_privilege('public', oid, 'USAGE') <> (nspname = 'public') \
           OR has_schema_privilege('public', oid, 'CREATE'))",
    ),
    (
        "not everybody may connect",
        "SELECT privilege AS t FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) privilege \
         WHERE has_database_privilege('public', current_database(), privilege)",
    ),
    (
        "rights on tables and columns are those of the table's own roles",
        "WITH acl AS ( \
           SELECT nspname, relname, relacl AS acl FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace \
           UNION ALL SELECT nspname, relname, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid \
             JOIN pg_namespace s ON s.oid = relnamespace) \
         SELECT format('%s.%s %s %s', nspname, relname, grantee::regrole, privilege_type) AS t FROM acl, aclexplode(acl) \
         WHERE nspname IN OURS AND grantee <> 'noxpay_owner'::regrole AND (is_grantable OR NOT ( \
           grantee::regrole::text IN (nspname || '_request', nspname || '_worker') \
           OR nspname = 'noxpay' AND privilege_type = 'SELECT' AND grantee <> 0))",
    ),
    (
        "nobody edits or deletes a fact",
        "SELECT format('%s %s %s', fact, rolname, privilege) AS t \
         FROM pg_roles r, unnest(FACTS) fact, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege \
         WHERE rolname IN LOGINS AND (has_table_privilege(r.oid, fact, privilege) \
           OR privilege = 'UPDATE' AND has_any_column_privilege(r.oid, fact, privilege))",
    ),
    (
        "nobody edits a fact that fades, and only the worker drops it",
        "SELECT format('%s %s %s', fact, rolname, privilege) AS t \
         FROM pg_roles r, unnest(FADING) fact, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege \
         WHERE rolname IN LOGINS AND NOT (privilege = 'DELETE' AND rolname = split_part(fact, '.', 1) || '_worker') \
           AND (has_table_privilege(r.oid, fact, privilege) \
             OR privilege = 'UPDATE' AND has_any_column_privilege(r.oid, fact, privilege))",
    ),
    (
        "not even the owner sees a fact",
        "SELECT format('%s.%s %s', schemaname, tablename, policyname) AS t FROM pg_policies, unnest(roles) r \
         WHERE schemaname || '.' || tablename = ANY (FACTS || FADING) AND r::text IN ('noxpay_owner', 'public')",
    ),
];

/// Who breaks which rule.
async fn broken(conn: &mut Connection) -> Vec<(&'static str, String)> {
    let facts = format!("ARRAY['{}']", FACTS.join("', '"));
    let fading = format!("ARRAY['{}']", FADING.join("', '"));
    let mut broken = Vec::new();
    for (rule, sql) in RULES {
        let sql = sql
            .replace("TABLES", TABLES)
            .replace("OURS", OURS)
            .replace("LOGINS", LOGINS)
            .replace("FACTS", &facts)
            .replace("FADING", &fading);
        let offenders = texts(conn, &sql).await;
        broken.extend(offenders.into_iter().map(|offender| (rule, offender)));
    }
    broken
}

async fn migrated() -> (TestDb, Connection) {
    // Not a clone: rights on the database itself are looked at too.
    let db = TestDb::empty().await;
    migrate::run(&db.admin_url(), |_| {}).await.unwrap();
    let conn = db.admin().await;
    (db, conn)
}

#[tokio::test]
async fn catalogue_has_no_table_view_or_function_that_escapes_rls() {
    let (_db, mut conn) = migrated().await;
    assert_eq!(broken(&mut conn).await, []);
    // It looked at something.
    let tables = TABLES.replace("OURS", OURS);
    assert!(texts(&mut conn, &tables).await.len() > 80);
    let logins = format!("SELECT rolname::text AS t FROM pg_roles WHERE rolname IN {LOGINS}");
    assert_eq!(texts(&mut conn, &logins).await.len(), 8);
}

#[tokio::test]
async fn the_walk_finds_whatever_escapes() {
    let (_db, mut conn) = migrated().await;
    // One fault per rule, in the order of the rules, of what a database has for itself: roles are everybody's.
    let faults = [
        "ALTER TABLE intents.intents NO FORCE ROW LEVEL SECURITY",
        "CREATE VIEW mail.peek AS SELECT * FROM mail.messages",
        "CREATE FUNCTION mail.f() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1; \
         REVOKE EXECUTE ON FUNCTION mail.f() FROM PUBLIC; ALTER FUNCTION mail.f() OWNER TO noxpay_owner",
        "GRANT EXECUTE ON FUNCTION noxpay.noxpay_now() TO PUBLIC",
        "CREATE TABLE public.notes (note text)",
        "CREATE POLICY p ON mail.messages FOR SELECT TO gateway_request USING (true)",
        "GRANT USAGE ON SCHEMA mail TO gateway_worker",
        "GRANT USAGE ON SCHEMA webhooks TO PUBLIC",
        "GRANT CONNECT ON DATABASE CURRENT TO PUBLIC",
        "GRANT SELECT (id) ON mail.messages TO PUBLIC",
        "GRANT UPDATE (amount) ON intents.observations TO intents_worker",
        "GRANT UPDATE (body) ON webhooks.events TO webhooks_worker",
        "CREATE POLICY p ON intents.allocations TO noxpay_owner USING (true)",
    ];
    let name = texts(&mut conn, "SELECT current_database()::text AS t").await;
    for fault in faults {
        let fault = fault.replace("CURRENT", &name[0]);
        execute(&mut conn, &fault).await.unwrap();
    }
    let found = broken(&mut conn).await;
    let about_roles = |rule: &str| rule.starts_with("a role that logs in");
    for (rule, _) in RULES.iter().filter(|(rule, _)| !about_roles(rule)) {
        assert!(
            found.iter().any(|(broken, _)| broken == rule),
            "unseen: {rule}; found {found:#?}"
        );
    }
}

#[tokio::test]
async fn only_the_named_tables_have_no_tenant() {
    let (_db, mut conn) = migrated().await;
    let conn = &mut conn;
    // Without a policy that lets the request role read rows by this part of its scope.
    let without = |setting: &str| {
        let tables = TABLES.replace("OURS", OURS);
        format!(
            "{tables} AND relname !~ '^(inbox(_[0-9]+)?|leases|outbox)$' \
             AND NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = nspname AND tablename = relname \
               AND (nspname || '_request')::name = ANY (roles) AND cmd IN ('ALL', 'SELECT') \
               AND qual LIKE '%noxpay.{setting}%') ORDER BY 1"
        )
    };
    assert_eq!(texts(conn, &without("merchant")).await, WITHOUT_TENANT);
    // A merchant is the same in both modes.
    let mut without_mode = WITHOUT_TENANT.to_vec();
    without_mode.insert(0, "gateway.merchants");
    assert_eq!(texts(conn, &without("live")).await, without_mode);

    let unscoped = "SELECT format('%s.%s %s %s', schemaname, tablename, policyname, cmd) AS t FROM pg_policies \
         WHERE EXISTS (SELECT FROM unnest(roles) r WHERE r::text LIKE '%\\_request' OR r = 'public') \
         AND (coalesce(qual, with_check) NOT LIKE '%noxpay.merchant%' \
           OR coalesce(with_check, qual) NOT LIKE '%noxpay.merchant%') ORDER BY 1";
    let expected = [
        "gateway.outbox request_appends INSERT",
        "intents.outbox request_appends INSERT",
        "mail.outbox request_appends INSERT",
        "noxpay.noxpay_clock everyone_reads SELECT",
        "webhooks.outbox request_appends INSERT",
    ];
    assert_eq!(texts(conn, unscoped).await, expected);
}

#[tokio::test]
async fn request_roles_only_append_to_what_is_not_theirs() {
    let (_db, mut conn) = migrated().await;
    let granted = format!(
        "SELECT DISTINCT format('%s %s', relname, privilege_type) AS t \
         FROM (SELECT relname, relnamespace, relacl AS acl FROM pg_class \
               UNION ALL SELECT relname, relnamespace, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid) a \
         JOIN pg_namespace s ON s.oid = relnamespace, aclexplode(acl) \
         WHERE nspname IN {OURS} AND grantee::regrole::text LIKE '%\\_request' \
         AND (relname ~ '^(inbox(_[0-9]+)?|leases|outbox)$' OR nspname || '.' || relname IN ('{}')) ORDER BY 1",
        WITHOUT_TENANT.join("', '")
    );
    let granted = texts(&mut conn, &granted).await;
    assert_eq!(granted, ["noxpay_clock SELECT", "outbox INSERT"]);
}
