//! Rows that several tests need, written as a superuser or as the role that may.

use db::{Connection, Scope};
use diesel::QueryableByName;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain::Mode;
use domain::event::{Envelope, Event, MerchantChange, MerchantSnapshot, Producer};
use domain::ids::MerchantId;
use jiff::Timestamp;
use uuid::Uuid;

/// A merchant that nobody else has.
pub(crate) fn scope(mode: Mode) -> Scope {
    Scope {
        merchant: MerchantId::new(),
        mode,
    }
}

/// The count that `sql` selects, under the name `n`.
pub(crate) async fn count(conn: &mut Connection, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let row: Count = diesel::sql_query(sql).get_result(conn).await.unwrap();
    row.n
}

/// The texts that `sql` selects, under the name `t`.
pub(crate) async fn texts(conn: &mut Connection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        t: String,
    }
    let rows: Vec<Line> = diesel::sql_query(sql).load(conn).await.unwrap();
    rows.into_iter().map(|row| row.t).collect()
}

pub(crate) async fn execute(conn: &mut Connection, sql: &str) -> Result<(), Error> {
    conn.batch_execute(sql).await
}

/// A small event.
pub(crate) fn event(time: Timestamp) -> Envelope {
    let merchant = MerchantSnapshot {
        merchant_id: MerchantId::new(),
        sequence: 1,
        active: true,
    };
    Envelope::new(
        Producer::ApiGateway,
        time,
        Event::Merchant(MerchantChange::Created, merchant),
    )
}

/// An account of `scope`, in the schema `intents`.
pub(crate) async fn account(conn: &mut Connection, scope: Scope) -> Uuid {
    let id = Uuid::now_v7();
    let Scope { merchant, mode } = scope;
    let live = mode.is_live();
    let sql = format!(
        "INSERT INTO intents.accounts (id, merchant_id, live, rail, vpa, payee_name, kind, dedicated, bank, status, created_at) \
         VALUES ('{id}', '{merchant}', {live}, 'upi', 'shop@bank', 'Shop', 'personal', true, 'demo', 'live', now())"
    );
    execute(conn, &sql).await.unwrap();
    id
}

/// An open intent of `scope` with one option on `account`, payable in paise.
pub(crate) async fn intent(
    conn: &mut Connection,
    scope: Scope,
    account: Uuid,
    payable: i64,
) -> Uuid {
    let id = Uuid::new_v4();
    let Scope { merchant, mode } = scope;
    let live = mode.is_live();
    let order = id.simple();
    // Ten characters of the code's alphabet.
    let code = id.simple().to_string().to_uppercase()[..10].to_owned();
    let sql = format!(
        "INSERT INTO intents.intents (merchant_id, live, id, order_id, amount_minor, currency, amount_trusted, status, \
         sequence, created_at, expires_at, grace_s, policy, fingerprint, trace) \
         VALUES ('{merchant}', {live}, '{id}', '{order}', {payable}, 'INR', true, 'pending', 1, now(), \
         now() + interval '15 minutes', 120, '{{}}', sha256('x'), '{{}}'); \
         INSERT INTO intents.options (merchant_id, live, intent_id, option_no, method, account_id, asset, payable, \
         reserved, target, code) \
         VALUES ('{merchant}', {live}, '{id}', 1, 'upi', '{account}', 'INR', {payable}, true, 'shop@bank', '{code}')"
    );
    execute(conn, &sql).await.unwrap();
    id
}

/// Evidence that `amount` paise reached `account` of `scope`.
pub(crate) async fn observation(
    conn: &mut Connection,
    scope: Scope,
    account: Uuid,
    amount: i64,
) -> Uuid {
    let id = Uuid::now_v7();
    let Scope { merchant, mode } = scope;
    let live = mode.is_live();
    let sql = format!(
        "INSERT INTO intents.observations (id, merchant_id, live, account_id, source_id, source_seq, rail_class, reference, \
         reference_printed, strength, direction, mode, amount, currency, paid_from, paid_to, time_precision, seen_at, proof, \
         recorded_at) \
         VALUES ('{id}', '{merchant}', {live}, '{account}', gen_random_uuid(), 1, 'inr', '{id}', '{id}', 'strong', 'credit', \
         'upi', {amount}, 'INR', now(), now(), 'second', now(), '{{}}', now())"
    );
    execute(conn, &sql).await.unwrap();
    id
}

/// Allocates `amount` of `observation` to `intent` of `scope`.
pub(crate) async fn allocate(
    conn: &mut Connection,
    scope: Scope,
    intent: Uuid,
    observation: Uuid,
    amount: i64,
) -> Result<(), Error> {
    let Scope { merchant, mode } = scope;
    let live = mode.is_live();
    let kind = if amount > 0 { "receipt" } else { "refund" };
    let sql = format!(
        "INSERT INTO intents.allocations (merchant_id, live, intent_id, option_no, observation_id, kind, amount, rung, \
         allocated_at) \
         VALUES ('{merchant}', {live}, '{intent}', 1, '{observation}', '{kind}', {amount}, 'code', now())"
    );
    execute(conn, &sql).await
}
