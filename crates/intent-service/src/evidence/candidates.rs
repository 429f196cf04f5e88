//! Every intent that a rung of the ladder could name. A superset: the domain decides exactly.

use super::held::{Around, LATE_WINDOW_REACHES, Sought, by_hold};
use crate::error::Error;
use crate::payment::Payment;
use crate::rows::Word;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::schema::{claims, declarations, intents, options};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use domain::StatusName;
use domain::ids::IntentId;
use domain::matching::{Candidate, Declared};
use jiff::Timestamp;
use tokio::join;

/// Intents that ask for an amount without holding it are few: an account's amounts must be exhausted.
const MOST_WITHOUT_A_HOLD: i64 = 20;

/// An intent with the option that was named.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct Named {
    pub(crate) intent: IntentRow,
    pub(crate) option: OptionRow,
}

/// What the rungs found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    by_code: Vec<Named>,
    by_vpa: Vec<(Named, Timestamp)>,
    by_amount: Vec<Named>,
    by_claim: Vec<Named>,
}

impl Found {
    /// Asks for every rung in one trip.
    pub(super) async fn look(conn: &Connection, payment: &Payment) -> Result<Self, Error> {
        let sought = Sought {
            account: payment.account,
            live: payment.live,
            amount: payment.amount,
            give: 0,
            interval: payment.interval(),
        };
        let (by_code, by_vpa, by_hold, without_a_hold, by_claim) = join!(
            by_code(conn, payment),
            by_vpa(conn, payment),
            by_hold(conn, sought),
            without_a_hold(conn, payment),
            by_claim(conn, payment),
        );
        let mut by_amount = by_hold?;
        by_amount.extend(without_a_hold?);
        Ok(Self {
            by_code: by_code?,
            by_vpa: by_vpa?,
            by_amount,
            by_claim: by_claim?,
        })
    }

    /// The intent of that id, with the option that was named.
    pub(super) fn get(&self, id: IntentId) -> Option<&Named> {
        let mut all = self
            .by_code
            .iter()
            .chain(self.by_vpa.iter().map(|(named, _)| named))
            .chain(&self.by_amount)
            .chain(&self.by_claim);
        all.find(|named| named.intent.id == id)
    }

    /// The same, with `intent` as it was before it had any money.
    pub(super) fn before(mut self, intent: IntentId) -> Self {
        let by_vpa = self.by_vpa.iter_mut().map(|(named, _)| named);
        let all = self.by_code.iter_mut().chain(by_vpa);
        let all = all.chain(&mut self.by_amount).chain(&mut self.by_claim);
        for named in all.filter(|named| named.intent.id == intent) {
            named.intent.status = Word(StatusName::Pending);
            named.intent.settled_at = None;
        }
        self
    }

    /// As the domain wants them.
    pub(super) fn candidates(&self) -> Result<Candidates, Error> {
        let list =
            |named: &[Named]| -> Result<Vec<_>, _> { named.iter().map(Named::candidate).collect() };
        let declared = |(named, declared_at): &(Named, Timestamp)| {
            Ok::<_, Error>(Declared {
                candidate: named.candidate()?,
                declared_at: *declared_at,
            })
        };
        Ok(Candidates {
            by_code: list(&self.by_code)?,
            by_vpa: self.by_vpa.iter().map(declared).collect::<Result<_, _>>()?,
            by_amount: list(&self.by_amount)?,
            by_claim: list(&self.by_claim)?,
        })
    }
}

/// What the rungs found, for the domain.
pub(super) struct Candidates {
    pub(super) by_code: Vec<Candidate>,
    pub(super) by_vpa: Vec<Declared>,
    pub(super) by_amount: Vec<Candidate>,
    pub(super) by_claim: Vec<Candidate>,
}

impl Named {
    pub(super) fn candidate(&self) -> Result<Candidate, Error> {
        Ok(Candidate {
            intent: self.intent.id,
            account: self.option.account_id,
            payable: self.option.payable(),
            reserved: self.option.reserved,
            created_at: self.intent.created_at,
            late_until: self.intent.terms()?.late_until(),
            status: self.intent.status(),
            settled_at: self.intent.settled_at,
        })
    }
}

/// The intent that an option belongs to.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn of_option() -> _ {
    intents::merchant_id
        .eq(options::merchant_id)
        .and(intents::live.eq(options::live))
        .and(intents::id.eq(options::intent_id))
}

/// Intents of any account and any merchant whose code stands in the note. Most of what passes for a code is none of ours.
pub(crate) async fn by_code(mut conn: &Connection, payment: &Payment) -> QueryResult<Vec<Named>> {
    let codes = payment.codes();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    options::table
        .inner_join(intents::table.on(of_option()))
        .filter(options::code.eq_any(codes))
        .filter(options::live.eq(payment.live))
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(&mut conn)
        .await
}

/// Intents of this amount whose payer said last that the money will come from where it came from.
async fn by_vpa(mut conn: &Connection, payment: &Payment) -> QueryResult<Vec<(Named, Timestamp)>> {
    let payers = payment.payer_vpas();
    if payers.is_empty() {
        return Ok(Vec::new());
    }
    let later = diesel::alias!(declarations as later);
    let changed = later
        .filter(
            later
                .field(declarations::merchant_id)
                .eq(declarations::merchant_id),
        )
        .filter(later.field(declarations::live).eq(declarations::live))
        .filter(
            later
                .field(declarations::intent_id)
                .eq(declarations::intent_id),
        )
        .filter(
            later
                .field(declarations::declaration_no)
                .gt(declarations::declaration_no),
        );
    let rows: Vec<(IntentRow, OptionRow, jiff_diesel::Timestamp)> = declarations::table
        .inner_join(
            options::table.on(options::merchant_id
                .eq(declarations::merchant_id)
                .and(options::live.eq(declarations::live))
                .and(options::intent_id.eq(declarations::intent_id))
                .and(options::account_id.eq(declarations::account_id))),
        )
        .inner_join(intents::table.on(of_option()))
        .filter(declarations::account_id.eq(payment.account.uuid()))
        .filter(declarations::payable.eq(MinorUnits(payment.amount.minor())))
        .filter(declarations::payer_vpa.eq_any(payers))
        .filter(declarations::live.eq(payment.live))
        .filter(not(exists(changed)))
        .order(intents::id)
        .select((
            IntentRow::as_select(),
            OptionRow::as_select(),
            declarations::declared_at,
        ))
        .load(&mut conn)
        .await?;
    let named = |(intent, option, at): (_, _, jiff_diesel::Timestamp)| {
        (Named { intent, option }, at.to_jiff())
    };
    Ok(rows.into_iter().map(named).collect())
}

/// Intents that ask for this amount without holding it, since every amount was held.
async fn without_a_hold(mut conn: &Connection, payment: &Payment) -> QueryResult<Vec<Named>> {
    let around = Around::of(payment.interval());
    options::table
        .inner_join(intents::table.on(of_option()))
        .filter(options::account_id.eq(payment.account.uuid()))
        .filter(options::payable.eq(MinorUnits(payment.amount.minor())))
        // Written out: only then does the index of these alone fit.
        .filter(sql::<Bool>("NOT options.reserved"))
        .filter(options::live.eq(payment.live))
        .filter(intents::created_at.le(to_db(around.latest_creation)))
        .filter(sql::<Bool>(LATE_WINDOW_REACHES).bind::<Timestamptz, _>(to_db(around.from)))
        .order(intents::created_at.desc())
        .limit(MOST_WITHOUT_A_HOLD)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(&mut conn)
        .await
}

/// Intents of this account whose payer typed the reference of this money.
async fn by_claim(mut conn: &Connection, payment: &Payment) -> QueryResult<Vec<Named>> {
    // Evidence of one payment prints one reference at most.
    let Some((class, reference)) = payment.references().into_iter().next() else {
        return Ok(Vec::new());
    };
    claims::table
        .inner_join(
            options::table.on(options::merchant_id
                .eq(claims::merchant_id)
                .and(options::live.eq(claims::live))
                .and(options::intent_id.eq(claims::intent_id))
                .and(options::account_id.eq(claims::account_id))),
        )
        .inner_join(intents::table.on(of_option()))
        .filter(claims::account_id.eq(payment.account.uuid()))
        .filter(claims::rail_class.eq(class))
        .filter(claims::reference.eq(reference))
        .filter(claims::live.eq(payment.live))
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(&mut conn)
        .await
}
