//! Channel tests.

use super::proof;
use crate::error::Error;
use crate::queries::channels::{PaymentView, TestView};
use crate::rows::account::AccountRow;
use crate::rows::channel::SightingRow;
use jiff::Timestamp;
use proto::convert::timestamp;
use proto::intent as pb;

/// The tests of an account, and what follows from them.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn channels(account: &AccountRow, tests: &[TestView]) -> Result<pb::Channels, Error> {
    let shown = tests.iter().map(|test| channel_test(test, account));
    Ok(pb::Channels {
        tests: shown.collect::<Result<_, _>>()?,
        alert_delay_s: account.alert_delay_s.and_then(|s| u32::try_from(s).ok()),
        grace_s: u32::try_from(account.grace().as_secs()).unwrap_or(u32::MAX),
    })
}

/// A test with the requests that its payer scans.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn channel_test(view: &TestView, account: &AccountRow) -> Result<pb::ChannelTest, Error> {
    let test = &view.test;
    let payments = view.payments.iter().map(|p| payment(p, account));
    Ok(pb::ChannelTest {
        id: test.id.to_string(),
        account_id: account.id.to_string(),
        started_at: Some(timestamp(test.started_at)),
        expires_at: Some(timestamp(test.expires_at)),
        measured_delay_s: test.measured_delay_s.and_then(|s| u32::try_from(s).ok()),
        payments: payments.collect::<Result<_, _>>()?,
    })
}

fn payment(view: &PaymentView, account: &AccountRow) -> Result<pb::ChannelPayment, Error> {
    let first = view.sightings.first().map(|s| s.seen_at);
    let asked = proof(&view.proof, account)?;
    let sightings = view.sightings.iter().map(|s| sighting(s, first));
    Ok(pb::ChannelPayment {
        payable: asked.payable,
        payment_uri: asked.payment_uri,
        sightings: sightings.collect(),
    })
}

fn sighting(row: &SightingRow, first: Option<Timestamp>) -> pb::ChannelSighting {
    let timed = matches!(row.time_precision.as_str(), "second" | "minute");
    let ms = |from: Timestamp| i64::try_from(row.seen_at.duration_since(from).as_millis()).ok();
    pb::ChannelSighting {
        source_id: row.source_id.to_string(),
        method: row.method.clone(),
        seen_at: Some(timestamp(row.seen_at)),
        delay_ms: timed.then(|| ms(row.paid_from)).flatten(),
        after_first_ms: first.and_then(ms).unwrap_or(0),
        time_precision: row.time_precision.clone(),
        fields: row.fields.clone(),
    }
}
