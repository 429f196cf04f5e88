//! Every intent that a rung of the ladder could name. A superset: the domain decides exactly.

use crate::error::Error;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::schema::{intents, options, reservations};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::ids::IntentId;
use domain::matching::{CLOCK_SKEW, Candidate};
use domain::policy::LONGEST_LATE_WINDOW;
use jiff::Timestamp;
use rails::code::find_codes;
use std::ops::Bound;

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

/// Intents that reserved this amount of this account around the time of the payment, in whatever state. They are found by
/// their holds, whose index knows the time: an amount may have been asked a thousand times before.
async fn by_amount(conn: &mut Connection, told: &Observation) -> QueryResult<Vec<Named>> {
    let (from, to) = (told.interval.from(), told.interval.to());
    let latest_creation = to.checked_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX);
    // A hold ends after `expires_at`: one whose late window reaches the payment ended at most the longest window before it.
    let earliest_end = from
        .checked_sub(LONGEST_LATE_WINDOW)
        .unwrap_or(Timestamp::MIN);
    let around = (
        Bound::Included(to_db(earliest_end)),
        Bound::Included(to_db(latest_creation)),
    );
    reservations::table
        .inner_join(
            options::table.on(options::merchant_id
                .eq(reservations::merchant_id)
                .and(options::live.eq(reservations::live))
                .and(reservations::intent_id.eq(options::intent_id.nullable()))
                .and(reservations::option_no.eq(options::option_no.nullable()))),
        )
        .inner_join(
            intents::table.on(intents::merchant_id
                .eq(options::merchant_id)
                .and(intents::live.eq(options::live))
                .and(intents::id.eq(options::intent_id))),
        )
        .filter(reservations::account_id.eq(told.account_id.uuid()))
        .filter(reservations::payable.eq(MinorUnits(told.amount.minor())))
        .filter(reservations::hold.overlaps_with(around))
        .filter(options::reserved)
        .filter(options::live.eq(told.live))
        .filter(intents::created_at.le(to_db(latest_creation)))
        .filter(
            sql::<Bool>(
                "intents.expires_at + (intents.policy ->> 'late_window_s')::bigint * interval '1 second' >= ",
            )
            .bind::<Timestamptz, _>(to_db(from)),
        )
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(conn)
        .await
}
