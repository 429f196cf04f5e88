-- Roles, the installation's clock, and the functions that give each service its spine and each table its policies.
--
-- Runs as a superuser, or as a role with CREATEROLE and CREATE on the database. Roles belong to the whole cluster, so
-- that several databases of one cluster (tests) share them; passwords are set by `noxpay migrate`, never here.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'noxpay_owner', 'gateway_request', 'gateway_worker', 'intents_request', 'intents_worker',
        'mail_request', 'mail_worker', 'webhooks_request', 'webhooks_worker']
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                EXECUTE format('CREATE ROLE %I %s', role_name,
                    CASE role_name WHEN 'noxpay_owner' THEN 'NOLOGIN' ELSE 'LOGIN NOINHERIT' END);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- Another database of the cluster migrates at the same time. Advisory locks do not reach over databases.
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role(current_user, 'noxpay_owner', 'MEMBER') THEN
        EXECUTE format('GRANT noxpay_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO noxpay_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO gateway_request, gateway_worker, intents_request, intents_worker, '
        'mail_request, mail_worker, webhooks_request, webhooks_worker', current_database());
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Equality of uuid and numeric inside a GiST exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

-- Everything belongs to the owner. Each migration ends with RESET ROLE, since its entry in the list of migrations is the
-- migrator's.
SET LOCAL ROLE noxpay_owner;

-- PostgreSQL lets everybody execute a new function; ours say whom they let.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE SCHEMA noxpay;
GRANT USAGE ON SCHEMA noxpay TO
    gateway_request, gateway_worker, intents_request, intents_worker,
    mail_request, mail_worker, webhooks_request, webhooks_worker;

-- The clock of business rules: real time plus an offset that only development and tests change.
CREATE TABLE noxpay.noxpay_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    offset_us bigint NOT NULL DEFAULT 0,
    production boolean NOT NULL DEFAULT true,
    CONSTRAINT production_has_no_offset CHECK (NOT production OR offset_us = 0)
);
-- Written before row security is forced upon the owner as well.
INSERT INTO noxpay.noxpay_clock DEFAULT VALUES;
ALTER TABLE noxpay.noxpay_clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE noxpay.noxpay_clock FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone_reads ON noxpay.noxpay_clock FOR SELECT USING (true);
CREATE POLICY owner_sets ON noxpay.noxpay_clock FOR UPDATE TO noxpay_owner USING (true);
GRANT SELECT ON noxpay.noxpay_clock TO
    gateway_request, gateway_worker, intents_request, intents_worker,
    mail_request, mail_worker, webhooks_request, webhooks_worker;

CREATE FUNCTION noxpay.noxpay_now() RETURNS timestamptz
    LANGUAGE sql STABLE SET search_path = noxpay, pg_temp
    RETURN clock_timestamp() + (SELECT offset_us FROM noxpay.noxpay_clock) * interval '1 microsecond';
GRANT EXECUTE ON FUNCTION noxpay.noxpay_now() TO
    gateway_request, gateway_worker, intents_request, intents_worker,
    mail_request, mail_worker, webhooks_request, webhooks_worker;

-- Forces row-level security upon a table that holds `merchant_id` and `live`: the service's request role sees the scope
-- that `db::tenant` set for the transaction (after `SET LOCAL` a setting is '' and not NULL), its worker role sees all.
CREATE FUNCTION noxpay.protect_tenant_table(protected regclass, service text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    scope constant text :=
        'merchant_id = nullif(current_setting(''noxpay.merchant'', true), '''')::uuid '
        'AND live = nullif(current_setting(''noxpay.live'', true), '''')::boolean';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format('CREATE POLICY tenant ON %s TO %I USING (%s) WITH CHECK (%s)',
        protected, service || '_request', scope, scope);
    EXECUTE format('CREATE POLICY worker ON %s TO %I USING (true) WITH CHECK (true)',
        protected, service || '_worker');
END
$$;

-- The same for a table without a tenant: only the worker sees it.
CREATE FUNCTION noxpay.protect_worker_table(protected regclass, service text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format('CREATE POLICY worker ON %s TO %I USING (true) WITH CHECK (true)',
        protected, service || '_worker');
END
$$;

-- A schema with what every service has: outbox, inbox, leases.
CREATE FUNCTION noxpay.create_service_schema(service text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    request constant text := service || '_request';
    worker constant text := service || '_worker';
    slot integer;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', service);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I', service, request, worker);

    -- Events that wait for the broker, in the transaction of their cause. The relay deletes what was confirmed.
    EXECUTE format($sql$
        CREATE TABLE %1$I.outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id uuid NOT NULL UNIQUE,
            event_type text NOT NULL,
            envelope text NOT NULL,
            trace json NOT NULL,
            queued_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )$sql$, service);
    PERFORM noxpay.protect_worker_table(format('%I.outbox', service)::regclass, service);
    EXECUTE format('CREATE POLICY request_appends ON %I.outbox FOR INSERT TO %I WITH CHECK (true)', service, request);
    EXECUTE format('GRANT INSERT (event_id, event_type, envelope, trace) ON %I.outbox TO %I', service, request);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I.outbox TO %I', service, worker);

    -- Events that were handled. The slot is the event's own day modulo 16, so that a redelivery past midnight meets the
    -- same partition; the worker empties the slot ahead of it, which keeps at least 14 days and needs no DDL.
    EXECUTE format($sql$
        CREATE TABLE %1$I.inbox (
            slot smallint NOT NULL,
            event_id uuid NOT NULL,
            handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (slot, event_id)
        ) PARTITION BY LIST (slot)$sql$, service);
    PERFORM noxpay.protect_worker_table(format('%I.inbox', service)::regclass, service);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I.inbox TO %I', service, worker);
    FOR slot IN 0..15 LOOP
        EXECUTE format('CREATE TABLE %1$I.%2$I PARTITION OF %1$I.inbox FOR VALUES IN (%3$s)',
            service, 'inbox_' || slot, slot);
        PERFORM noxpay.protect_worker_table(format('%I.%I', service, 'inbox_' || slot)::regclass, service);
        EXECUTE format('GRANT SELECT, INSERT, DELETE, TRUNCATE ON %I.%I TO %I', service, 'inbox_' || slot, worker);
    END LOOP;

    -- Fenced leases: the token grows with every change of owner. Real time, not the clock of business rules. No row is
    -- ever deleted: its token would begin anew.
    EXECUTE format($sql$
        CREATE TABLE %1$I.leases (
            name text PRIMARY KEY,
            holder uuid NOT NULL,
            token bigint NOT NULL,
            held_until timestamptz NOT NULL
        )$sql$, service);
    PERFORM noxpay.protect_worker_table(format('%I.leases', service)::regclass, service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I.leases TO %I', service, worker);
END
$$;
RESET ROLE;
