//! Every intent that a rung of the ladder could name. A superset: the domain decides exactly.

use crate::error::Error;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::schema::{intents, options};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::ids::IntentId;
use domain::matching::{CLOCK_SKEW, Candidate};
use jiff::Timestamp;
use rails::code::find_codes;

/// An intent with the option that was named.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Named {
    pub(super) intent: IntentRow,
    pub(super) option: OptionRow,
}

/// What the rungs found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    by_code: Vec<Named>,
    by_amount: Vec<Named>,
}

impl Found {
    pub(super) async fn look(conn: &mut Connection, told: &Observation) -> Result<Self, Error> {
        Ok(Self {
            by_code: by_code(conn, told).await?,
            by_amount: by_amount(conn, told).await?,
        })
    }

    /// The intent of that id, with the option that was named.
    pub(super) fn get(&self, id: IntentId) -> Option<&Named> {
        let mut all = self.by_code.iter().chain(&self.by_amount);
        all.find(|named| named.intent.id == id)
    }

    /// As the domain wants them: by code, by amount.
    pub(super) fn candidates(&self) -> Result<(Vec<Candidate>, Vec<Candidate>), Error> {
        let list =
            |named: &[Named]| -> Result<Vec<_>, _> { named.iter().map(Named::candidate).collect() };
        Ok((list(&self.by_code)?, list(&self.by_amount)?))
    }
}

impl Named {
    fn candidate(&self) -> Result<Candidate, Error> {
        Ok(Candidate {
            intent: self.intent.id,
            account: self.option.account_id,
            payable: self.option.payable(),
            created_at: self.intent.created_at,
            late_until: self.intent.terms()?.late_until(),
            status: self.intent.status(),
            settled_at: self.intent.settled_at,
        })
    }
}

/// Intents of any account and any merchant whose code stands in the note. Most of what passes for a code is none of ours.
async fn by_code(conn: &mut Connection, told: &Observation) -> QueryResult<Vec<Named>> {
    let note = told.note.as_ref().map(|note| note.as_str());
    let codes: Vec<String> = find_codes(note.unwrap_or_default())
        .iter()
        .map(ToString::to_string)
        .collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    options::table
        .inner_join(
            intents::table.on(intents::merchant_id
                .eq(options::merchant_id)
                .and(intents::live.eq(options::live))
                .and(intents::id.eq(options::intent_id))),
        )
        .filter(options::code.eq_any(codes))
        .filter(options::live.eq(told.live))
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(conn)
        .await
}

/// Intents that reserved this amount of this account around the time of the payment, in whatever state.
async fn by_amount(conn: &mut Connection, told: &Observation) -> QueryResult<Vec<Named>> {
    let latest_creation = told
        .interval
        .to()
        .checked_add(CLOCK_SKEW)
        .unwrap_or(Timestamp::MAX);
    options::table
        .inner_join(
            intents::table.on(intents::merchant_id
                .eq(options::merchant_id)
                .and(intents::live.eq(options::live))
                .and(intents::id.eq(options::intent_id))),
        )
        .filter(options::account_id.eq(told.account_id.uuid()))
        .filter(options::payable.eq(MinorUnits(told.amount.minor())))
        .filter(options::reserved)
        .filter(options::live.eq(told.live))
        .filter(intents::created_at.le(to_db(latest_creation)))
        .filter(
            sql::<Bool>(
                "intents.expires_at + (intents.policy ->> 'late_window_s')::bigint * interval '1 second' >= ",
            )
            .bind::<Timestamptz, _>(to_db(told.interval.from())),
        )
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(conn)
        .await
}
