//! How much a merchant lets a phone vouch for.

use super::judge::{Judged, Verdict};
use super::reason::Reason;
use crate::rows::message::recorded_since;
use crate::rows::{MessageRow, PushRow};
use db::Tx;
use db::types::to_db;
use jiff::{SignedDuration, Timestamp};

/// The day slides: what was recorded in the last 24 hours counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// In paise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    per_payment: i64,
    per_day: i64,
}

impl Limits {
    /// A source without limits vouches for nothing.
    pub(super) fn of(source: &PushRow) -> Self {
        Self {
            per_payment: source.per_payment_minor.unwrap_or(0),
            per_day: source.per_day_minor.unwrap_or(0),
        }
    }

    /// Takes the verdict back where the payment is beyond the limits. The source's cursor must be locked.
    pub(super) async fn hold(
        self,
        tx: &mut Tx,
        judged: &mut Judged,
        row: &mut MessageRow,
        now: Timestamp,
    ) -> Result<(), diesel::result::Error> {
        let Verdict::Recorded(evidence) = &judged.verdict else {
            return Ok(());
        };
        let amount = evidence.amount_minor();
        let since = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
        let before = recorded_since(tx, row.mailbox_id, to_db(since)).await?;
        if amount <= self.per_payment && before.saturating_add(amount) <= self.per_day {
            return Ok(());
        }
        judged.verdict = Verdict::Unsure;
        row.verdict = judged.verdict.as_str().to_owned();
        row.reason = Some(Reason::OverDeviceLimit.code().to_owned());
        (row.account_id, row.observation_id) = (None, None);
        Ok(())
    }
}
