//! What the service stored, against what the model says.

use super::driver::{Driver, source_id};
use super::ladder::Finding;
use super::reference::{Intent, Settled, State};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeMap;
use std::fmt::Debug;
use uuid::Uuid;

#[derive(QueryableByName)]
struct IntentSeen {
    #[diesel(sql_type = Text)]
    order_id: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    review_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    received: i64,
    #[diesel(sql_type = BigInt)]
    excess: i64,
    #[diesel(sql_type = Bool)]
    late: bool,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    paid: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    settled: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    cancelled: Option<i64>,
}

#[derive(QueryableByName)]
struct FindingSeen {
    #[diesel(sql_type = SqlUuid)]
    account: Uuid,
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Text)]
    why: String,
    #[diesel(sql_type = Nullable<Text>)]
    order_id: Option<String>,
}

#[derive(QueryableByName)]
struct AccountSeen {
    #[diesel(sql_type = Bool)]
    suspended: bool,
}

#[derive(QueryableByName)]
struct SourceSeen {
    #[diesel(sql_type = SqlUuid)]
    source_id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    up_to: Option<i64>,
}

const INTENTS: &str = "SELECT order_id, status, review_reason, received::bigint, excess::bigint, late, sequence, \
        (extract(epoch FROM paid_at) * 1000000)::bigint AS paid, \
        (extract(epoch FROM settled_at) * 1000000)::bigint AS settled, \
        (extract(epoch FROM cancelled_at) * 1000000)::bigint AS cancelled \
    FROM intents.intents ORDER BY length(order_id), order_id";
/// The last one of each counts.
const FINDINGS: &str = "SELECT DISTINCT ON (o.id) o.account_id AS account, o.reference, f.outcome, \
        coalesce(f.rung, f.reason) AS why, i.order_id \
    FROM intents.observations o LEFT JOIN intents.findings f ON f.observation_id = o.id \
    LEFT JOIN intents.intents i ON i.id = f.intent_id ORDER BY o.id, f.finding_no DESC";
const ACCOUNTS: &str =
    "SELECT dedication_suspended_at IS NOT NULL AS suspended FROM intents.accounts ORDER BY vpa";
const SOURCES: &str =
    "SELECT source_id, (extract(epoch FROM up_to) * 1000000)::bigint AS up_to FROM intents.sources";

/// An intent in words, the same for both.
type Account = (String, i64, i64, Option<i64>, Option<Settled>);

fn seen(row: &IntentSeen) -> Account {
    let state = match &row.review_reason {
        Some(reason) => format!("{} {reason}", row.status),
        None => row.status.clone(),
    };
    let settled = row.settled.map(|at| Settled {
        at,
        paid: row.paid.unwrap_or(0),
        late: row.late,
        excess: row.excess,
    });
    (state, row.received, row.sequence, row.cancelled, settled)
}

fn said(intent: &Intent) -> Account {
    let state = match intent.state {
        State::Pending => "pending",
        State::Underpaid => "underpaid",
        State::Verifying => "verifying",
        State::Review(reason) => &format!("review {reason}"),
        State::Settled if intent.doubted => "settled source_revoked",
        State::Settled => "settled",
        State::Expired => "expired",
        State::Cancelled => "cancelled",
    };
    (
        state.to_owned(),
        intent.received(),
        intent.events,
        intent.cancelled,
        intent.settled,
    )
}

fn same<T: PartialEq + Debug>(what: &str, service: T, model: T) -> Result<(), TestCaseError> {
    if service == model {
        return Ok(());
    }
    Err(TestCaseError::fail(format!(
        "{what}\n service: {service:?}\n   model: {model:?}"
    )))
}

impl Driver<'_> {
    /// Takes over how far each mailbox looked. `exactly`: each has just repeated its watermark, and nothing is on its way.
    pub(super) async fn look_at_sources(&mut self, exactly: bool) -> Result<(), TestCaseError> {
        let admin = &mut self.admin;
        let rows: Vec<SourceSeen> = diesel::sql_query(SOURCES).load(admin).await.unwrap();
        for (n, source) in self.shop.sources.iter_mut().enumerate() {
            let id = source_id(n).uuid();
            let row = rows.iter().find(|row| row.source_id == id);
            let looked = row.and_then(|row| row.up_to);
            let most = source.may_have_looked();
            if looked < source.looked || looked > most || (exactly && looked != most) {
                let least = source.looked;
                return Err(TestCaseError::fail(format!(
                    "mailbox {n} looked until {looked:?}: not within {least:?} and {most:?}"
                )));
            }
            source.looked = looked;
        }
        Ok(())
    }

    /// Whether both say the same about every intent and every payment.
    pub(super) async fn compare(&mut self) -> Result<(), TestCaseError> {
        let admin = &mut self.admin;
        let findings: Vec<FindingSeen> = diesel::sql_query(FINDINGS).load(admin).await.unwrap();
        same(
            "how many payments there were",
            findings.len(),
            self.shop.findings.len(),
        )?;
        let known: BTreeMap<_, _> = self.shop.findings.iter().collect();
        for row in &findings {
            let place = self.accounts.iter().position(|id| id.uuid() == row.account);
            let key = (place.unwrap_or(usize::MAX), row.reference.clone());
            let of = |f: &Finding| {
                let order = f.intent.map(|n| format!("A{n}"));
                (f.outcome.to_owned(), f.why.to_owned(), order)
            };
            let service = (row.outcome.clone(), row.why.clone(), row.order_id.clone());
            same(
                &format!("payment {key:?}"),
                Some(service),
                known.get(&key).map(|f| of(f)),
            )?;
        }

        let accounts: Vec<AccountSeen> = diesel::sql_query(ACCOUNTS).load(admin).await.unwrap();
        let suspended: Vec<bool> = accounts.iter().map(|row| row.suspended).collect();
        let known: Vec<bool> = self.shop.amounts.iter().map(|a| a.suspended).collect();
        same("whose amounts settle nothing", suspended, known)?;

        let intents: Vec<IntentSeen> = diesel::sql_query(INTENTS).load(admin).await.unwrap();
        same(
            "how many intents there are",
            intents.len(),
            self.shop.intents.len(),
        )?;
        for (row, intent) in intents.iter().zip(&self.shop.intents) {
            let what = format!("intent {}, {intent:?}", row.order_id);
            same(&what, seen(row), said(intent))?;
        }
        Ok(())
    }
}
