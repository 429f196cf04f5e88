//! Time alone changes an intent: it expires, waits for its witnesses, or is put to a person.
//!
//! Every replica runs this; a row that one looks at is skipped by the others.

use crate::core::Core;
use crate::error::Error;
use crate::judge::judge;
use crate::moves::Cause;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::schema::intents;
use db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::StatusName;
use jiff::SignedDuration;
use runtime::Backoff;
use runtime::backoff::Woken;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How many intents one transaction looks at.
const BATCH: i64 = 100;
/// How often due intents are looked for, in real time: the installation's clock may be moved.
const POLL: Duration = Duration::from_secs(1);
/// How often the waiting ones are counted for the metric.
const MEASURE: Duration = Duration::from_secs(15);
/// When an intent that cannot be judged is tried again.
const BROKEN_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What one pass did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// How many intents were due; the most there is, if one of them was put off and the rest was not looked at.
    pub looked: usize,
    /// The states that were entered.
    pub entered: Vec<StatusName>,
}

impl Pass {
    /// There may be more.
    fn is_full(&self) -> bool {
        i64::try_from(self.looked).is_ok_and(|looked| looked >= BATCH)
    }
}

/// Looks at up to 100 intents that are due.
///
/// # Errors
/// The database's. Nothing was changed.
pub async fn run_once(core: &Core) -> Result<Pass, Error> {
    let mut at = None;
    let pass = core
        .databases
        .worker
        .transaction(async |tx| look_at_due(tx, &mut at).await)
        .await;
    let outcome = match (pass, at) {
        // One row that makes no sense must not hold up the others.
        (Err(Error::Broken(why)), Some(intent)) => {
            // Never its id: that opens its checkout.
            let (merchant, order) = (intent.merchant_id, &intent.order_id);
            tracing::error!(%merchant, order, why, "an intent cannot be judged");
            postpone(core, &intent).await?;
            Pass {
                looked: usize::MAX,
                entered: Vec::new(),
            }
        }
        (pass, _) => pass?,
    };
    for status in &outcome.entered {
        metrics::counter!("noxpay_expiry_total", "status" => status.as_str()).increment(1);
    }
    Ok(outcome)
}

/// `at` is the one that is being looked at.
async fn look_at_due(tx: &mut Tx, at: &mut Option<IntentRow>) -> Result<Pass, Error> {
    let due = IntentRow::lock_due(tx, BATCH).await?;
    // After the locks: what happened to these intents lies before.
    let now = db::clock::now(tx).await?;
    let mut outcome = Pass {
        looked: due.len(),
        entered: Vec::new(),
    };
    let cause = Cause {
        at: now,
        observation: None,
    };
    for intent in due {
        *at = Some(intent.clone());
        let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
        let judged = judge(tx, intent, &option, cause).await?;
        outcome.entered.extend(judged.entered);
    }
    Ok(outcome)
}

async fn postpone(core: &Core, intent: &IntentRow) -> Result<(), Error> {
    let mut conn = core.databases.worker.get().await?;
    let now = db::clock::now(&mut conn).await?;
    let later = now.checked_add(BROKEN_PAUSE).ok();
    Ok(intent.look_again_at(&mut conn, later).await?)
}

/// Looks at what is due until `soft` fires.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub async fn run(core: Core, soft: CancellationToken) -> Result<(), Infallible> {
    let mut backoff = Backoff::reconnect();
    let mut measured: Option<Instant> = None;
    while !soft.is_cancelled() {
        let pass = async {
            if measured.is_none_or(|at| at.elapsed() >= MEASURE) {
                measure(&core).await?;
                measured = Some(Instant::now());
            }
            run_once(&core).await
        };
        match pass.await {
            Ok(outcome) => {
                backoff.reset();
                if outcome.is_full() {
                    continue;
                }
                tokio::select! {
                    () = soft.cancelled() => {}
                    () = core.due.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "expiry waits");
                if backoff.wait(&soft).await == Woken::Stopping {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// How many intents wait for a source that is behind.
async fn measure(core: &Core) -> Result<(), Error> {
    let mut conn = core.databases.worker.get().await?;
    let verifying: i64 = intents::table
        .filter(intents::check_at.is_not_null())
        .filter(intents::status.eq(StatusName::Verifying.as_str()))
        .count()
        .get_result(&mut conn)
        .await?;
    metrics::gauge!("noxpay_intents_verifying").set(u32::try_from(verifying).unwrap_or(u32::MAX));
    Ok(())
}
