//! Drops what is kept long enough: events with all their deliveries over, with deliveries and attempts; resends that are done, and
//! e-mail that was handed over or given up.

use crate::rows::old::{self, Place};
use db::{WorkerPool, clock};
use diesel::QueryResult;
use jiff::SignedDuration;
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const PAUSE: Duration = Duration::from_secs(3_600);
/// Rows that one transaction drops, and the pause after it: what is new goes first.
const ROWS: i64 = 1_000;
const BREATH: Duration = Duration::from_millis(20);

/// How long events are kept, as a setting.
pub(crate) struct Days(pub(crate) SignedDuration);

impl FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days @ 1..=3650) => Ok(Self(SignedDuration::from_hours(24 * days))),
            _ => Err("it must be a whole number from 1 to 3650"),
        }
    }
}

/// Drops what was stored longer ago than `keep`, in small steps. Gives back how many events there were.
///
/// # Errors
/// The database's. What was dropped until then is.
pub async fn run_once(worker: &WorkerPool, keep: SignedDuration) -> QueryResult<usize> {
    let now = clock::now(&mut *worker.get().await?).await?;
    let Ok(before) = now.checked_sub(keep) else {
        return Ok(0);
    };
    let before = db::types::to_db(before);
    let (mut dropped, mut beyond) = (0, None);
    loop {
        // One that must stay is passed over, and looked at again in the next round.
        let step = worker
            .transaction(async |tx| -> QueryResult<Option<(usize, Place)>> {
                if !old::is_alone(tx).await? {
                    return Ok(None);
                }
                let found = old::next(tx, before, beyond, ROWS).await?;
                match found.last() {
                    Some(last) => Ok(Some((old::drop_over(tx, &found).await?, last.place))),
                    None => Ok(None),
                }
            })
            .await?;
        let Some((events, last)) = step else {
            break;
        };
        dropped += events;
        beyond = Some(last);
        tokio::time::sleep(BREATH).await;
    }
    for table in old::FINISHED {
        while old::drop_finished(&mut *worker.get().await?, table, before, ROWS).await? {
            tokio::time::sleep(BREATH).await;
        }
    }
    Ok(dropped)
}

/// At once, then once an hour, until `stop`.
pub(crate) async fn run(
    worker: WorkerPool,
    keep: SignedDuration,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    loop {
        // Whatever is left of a round is the next one's.
        match stop.run_until_cancelled(run_once(&worker, keep)).await {
            None | Some(Ok(0)) => {}
            Some(Ok(events)) => tracing::info!(events, "dropped old events"),
            Some(Err(error)) => tracing::warn!(%error, "old events stay for another hour"),
        }
        if pause(PAUSE, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_kept_for_a_day_at_least() {
        for (text, hours) in [("1", 24), ("90", 2_160), ("3650", 87_600)] {
            assert_eq!(text.parse().map(|Days(d)| d.as_hours()), Ok(hours));
        }
        for wrong in ["0", "-1", "3651", "1.5", "ninety", ""] {
            assert!(wrong.parse::<Days>().is_err(), "{wrong}");
        }
    }
}
