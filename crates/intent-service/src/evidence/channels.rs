//! A credit may be a payment of a channel test: then it is noted who told of it, how soon, and what it knew.

use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::channel::{self, TestRow};
use crate::rows::observation::precision;
use db::{Scope, Tx, outbox};
use domain::Mode;
use domain::event::{AccountMeasured, Envelope, Event, Observation, Producer};
use domain::evidence::Direction;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The amounts of channel tests, in paise: nothing else is asked about.
const SMALL: std::ops::RangeInclusive<i64> = 100..=199;
const LARGE: std::ops::RangeInclusive<i64> = 60_000..=60_999;
/// No account is held to be faster, in seconds.
const LEAST_DELAY_S: f64 = 120.0;
/// An hour's delay is a broken channel, not a measure.
const MOST_DELAY_S: f64 = 3_600.0;

/// Whether `told` is of a payment of a test; if so, it is noted, and the account's delay measured anew.
pub(super) async fn note(
    tx: &mut Tx,
    told: &Observation,
    account: &AccountRow,
    now: Timestamp,
) -> Result<bool, Error> {
    let paise = told.amount.minor();
    let asked = SMALL.contains(&paise) || LARGE.contains(&paise);
    if told.direction != Direction::Credit || !asked {
        return Ok(false);
    }
    let Some((proof, test)) = channel::payment_of(tx, told).await? else {
        return Ok(false);
    };
    let scope = Scope {
        merchant: account.merchant_id,
        mode: Mode::from_live(account.live),
    };
    let precision = precision(told.interval.precision());
    channel::note(tx, scope, proof, told, precision).await?;
    if let Some(delay) = channel::delay_s(tx, account.id, test).await? {
        let delay_s = whole_seconds(delay);
        TestRow::measured(tx, test, delay_s).await?;
        if account.alert_delay_s != Some(delay_s) {
            AccountRow::set_alert_delay(tx, account.id, delay_s).await?;
            tell(tx, account, delay_s, now).await?;
        }
    }
    Ok(true)
}

/// Rounded up, between the bounds.
fn whole_seconds(delay: f64) -> i32 {
    let bounded = delay.clamp(LEAST_DELAY_S, MOST_DELAY_S).ceil();
    // An hour at most: every whole number of it is exact.
    (120..=3_600)
        .find(|s| f64::from(*s) >= bounded)
        .unwrap_or(3_600)
}

/// Whoever reads alerts without a time of their own needs it.
async fn tell(
    tx: &mut Tx,
    account: &AccountRow,
    alert_delay_s: i32,
    now: Timestamp,
) -> Result<(), Error> {
    let event = Event::AccountMeasured(AccountMeasured {
        account_id: account.id,
        alert_delay_s,
        measured_at: now,
    });
    let envelope = Envelope::new(Producer::IntentService, now, event);
    let trace: BTreeMap<String, String> = runtime::trace::current().to_map().into_iter().collect();
    outbox::append(tx, &envelope, &trace).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_rounded_up_between_two_minutes_and_an_hour() {
        assert_eq!(whole_seconds(-3.0), 120);
        assert_eq!(whole_seconds(119.2), 120);
        assert_eq!(whole_seconds(300.01), 301);
        assert_eq!(whole_seconds(1e9), 3_600);
    }
}
