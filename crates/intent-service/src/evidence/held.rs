//! Intents that held an amount of an account around a time, in whatever state. They are found by their holds, whose index
//! knows account, amount and time: an amount may have been asked a thousand times before.

use super::candidates::{Named, of_option};
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::schema::{intents, options, reservations};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::RunQueryDsl;
use domain::ids::AccountId;
use domain::matching::CLOCK_SKEW;
use domain::policy::LONGEST_LATE_WINDOW;
use domain::{Interval, Money};
use jiff::Timestamp;
use std::ops::Bound;

/// Of an intent whose end is `expires_at`.
pub(super) const LATE_WINDOW_REACHES: &str =
    "intents.expires_at + (intents.policy ->> 'late_window_s')::bigint * interval '1 second' >= ";

/// The money that an intent may have asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    pub(crate) account: AccountId,
    pub(crate) live: bool,
    pub(crate) amount: Money,
    /// By how much the held amount may differ, in minor units.
    pub(crate) give: i64,
    pub(crate) interval: Interval,
}

/// The bounds within which an intent may have to do with a payment.
pub(super) struct Around {
    pub(super) from: Timestamp,
    pub(super) latest_creation: Timestamp,
    /// A hold ends after `expires_at`: one whose late window reaches the payment ended at most the longest window before it.
    earliest_end: Timestamp,
}

impl Around {
    pub(super) fn of(interval: Interval) -> Self {
        let (from, to) = (interval.from(), interval.to());
        Self {
            from,
            latest_creation: to.checked_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX),
            earliest_end: from
                .checked_sub(LONGEST_LATE_WINDOW)
                .unwrap_or(Timestamp::MIN),
        }
    }
}

/// Whose holds fit, by id.
pub(crate) async fn by_hold(mut conn: &Connection, sought: Sought) -> QueryResult<Vec<Named>> {
    let around = Around::of(sought.interval);
    let hold = (
        Bound::Included(to_db(around.earliest_end)),
        Bound::Included(to_db(around.latest_creation)),
    );
    let holders = reservations::table
        .inner_join(
            options::table.on(options::merchant_id
                .eq(reservations::merchant_id)
                .and(options::live.eq(reservations::live))
                .and(reservations::intent_id.eq(options::intent_id.nullable()))
                .and(reservations::option_no.eq(options::option_no.nullable()))),
        )
        .inner_join(intents::table.on(of_option()))
        .filter(reservations::account_id.eq(sought.account.uuid()))
        .filter(reservations::hold.overlaps_with(hold))
        .filter(options::reserved)
        .filter(options::live.eq(sought.live))
        .filter(intents::created_at.le(to_db(around.latest_creation)))
        .filter(sql::<Bool>(LATE_WINDOW_REACHES).bind::<Timestamptz, _>(to_db(around.from)))
        .order(intents::id)
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .into_boxed();
    let amount = sought.amount.minor();
    let holders = if sought.give == 0 {
        holders.filter(reservations::payable.eq(MinorUnits(amount)))
    } else {
        let least = MinorUnits(amount.saturating_sub(sought.give));
        let most = MinorUnits(amount.saturating_add(sought.give));
        holders.filter(reservations::payable.between(least, most))
    };
    holders.load(&mut conn).await
}
