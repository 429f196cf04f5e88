//! `observation.recorded`: record the fact, find whose money it is, let it count. One transaction.

pub(crate) mod candidates;
mod channels;
pub(crate) mod decide;
pub(crate) mod doubt;
pub(crate) mod flag;
pub(crate) mod held;
mod join;
mod offer;
pub(crate) mod reversal;
mod settle;

pub(crate) use offer::{doubt_join, find_by_reference, offer, offer_by_payer};

use crate::core::Core;
use crate::dedication;
use crate::error::Error;
use crate::payment::{self, Payment};
use crate::rows::account::AccountRow;
use crate::rows::finding::{self, Finding};
use crate::rows::observation::{self, Recorded};
use crate::rows::proof::ProofRow;
use crate::rows::telling;
use crate::sources;
use bus::Outcome;
use db::types::JsonText;
use db::{Scope, Tx, inbox};
use domain::Mode;
use domain::StatusName;
use domain::event::{Envelope, Observation};
use domain::evidence::{Direction, SIMULATED};
use domain::matching::{Dedication, Rung};
use jiff::Timestamp;
use runtime::Environment;

/// What an observation came to, for metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The same event again.
    Repeated,
    /// Evidence that is known.
    Known {
        contradicts: bool,
        /// The state that an intent entered by what was new in it, and by which rung.
        entered: Option<(StatusName, Rung)>,
    },
    /// New evidence.
    Found {
        /// `allocated`, `proved`, `review` or `suspense`.
        outcome: &'static str,
        /// The state that an intent entered, and by which rung.
        entered: Option<(StatusName, Rung)>,
    },
}

impl Taken {
    /// Whether it is new money that no intent was given.
    fn waits(&self) -> bool {
        matches!(
            self,
            Self::Found {
                outcome: "review" | "suspense",
                ..
            }
        )
    }
}

/// Handles one observation. Telling it again changes nothing.
pub async fn consume(
    core: &Core,
    envelope: &Envelope,
    told: &Observation,
) -> Result<Outcome, Error> {
    let work = core.databases.worker.transaction(async |tx| {
        if !inbox::first_time(tx, envelope).await? {
            return Ok::<_, Error>((Taken::Repeated, None, 0));
        }
        let result = take(tx, told, core.environment).await?;
        let suspended = if told.direction == Direction::Credit && result.waits() {
            dedication::judge(tx, told).await?
        } else {
            None
        };
        // Last, so that the events of one source wait for each other only at the very end.
        let hastened = if sources::advance(tx, told.source_id, told.source_seq).await? {
            sources::hasten(tx, told.source_id).await?
        } else {
            0
        };
        Ok((result, suspended, hastened))
    });
    let (result, suspended, hastened) = work.await?;
    if hastened > 0 {
        core.due.notify_one();
    }
    count(told, &result);
    if let Some(receipts) = suspended {
        dedication::report(told, receipts);
    }
    Ok(Outcome::Ack)
}

async fn take(tx: &mut Tx, told: &Observation, environment: Environment) -> Result<Taken, Error> {
    believable(told, environment)?;
    let account = admit(tx, told).await?;
    let doubted = doubt::was_told(tx, told).await?;
    payment::lock(tx, told.account_id, told.amount).await?;
    let now = db::clock::now(tx).await?;
    let proof = serde_json::to_string(&told.proof)
        .map_err(|_| Error::Broken("a proof cannot be written"))?;
    let owner = account.merchant_id;
    let new = Payment::of(told, owner, doubted);
    let tested = !doubted && channels::note(tx, told, &account, now).await?;
    match observation::record(tx, told, owner, JsonText::new(proof), now).await? {
        Recorded::Known {
            contradicts: true, ..
        } => Ok(Taken::Known {
            contradicts: true,
            entered: None,
        }),
        Recorded::Known { observation, .. } => {
            let again = told.observation_id;
            let entered = join::told_again(tx, observation, again, account.dedication()).await?;
            Ok(Taken::Known {
                contradicts: false,
                entered,
            })
        }
        Recorded::LikeAnother(like) => {
            let lead = telling::lead_of(tx, like).await?;
            let standing = finding::standing(tx, lead).await?;
            settle::put_equal_alert_to_review(tx, &new, &standing).await
        }
        Recorded::New if told.direction == Direction::Reversal => {
            reversal::take(tx, told, &account).await
        }
        Recorded::New if reversal::was_told(tx, told).await? => Ok(Taken::Found {
            outcome: "review",
            entered: None,
        }),
        Recorded::New => decide(tx, told, &new, account.dedication(), tested, now).await,
    }
}

/// Finds whose money a new observation is: another channel's, an account's proof or test (`tested`), an intent's, nobody's yet.
async fn decide(
    tx: &mut Tx,
    told: &Observation,
    new: &Payment,
    dedication: Dedication,
    tested: bool,
    now: Timestamp,
) -> Result<Taken, Error> {
    if told.direction == Direction::Credit
        && let Some(known) = join::known_payment(tx, new).await?
    {
        return join::join(tx, new, &known, dedication).await;
    }
    if tested || (!new.is_doubted() && proves(tx, told, now).await?) {
        let of = (new.lead, new.owner());
        finding::add(tx, of, None, &Finding::Proved, now).await?;
        return Ok(Taken::Found {
            outcome: Finding::Proved.outcome(),
            entered: None,
        });
    }
    settle::settle(tx, new, dedication).await
}

/// Test mode moves no real money in production: there it takes simulated evidence only.
fn believable(told: &Observation, environment: Environment) -> Result<(), Error> {
    if environment.is_production() && !told.live && told.proof.method != SIMULATED {
        return Err(Error::Refused(
            "in production, test mode takes simulated evidence only".to_owned(),
        ));
    }
    Ok(())
}

/// The account that the evidence is about, if its teller may speak about it.
async fn admit(tx: &mut Tx, told: &Observation) -> Result<AccountRow, Error> {
    if !told.amount.is_positive() {
        return Err(Error::Refused("the amount is not positive".to_owned()));
    }
    let scope = Scope {
        merchant: told.merchant_id,
        mode: Mode::from_live(told.live),
    };
    let account = AccountRow::usable_by(tx, told.account_id, scope).await?;
    account.ok_or_else(|| {
        let (merchant, account) = (told.merchant_id, told.account_id);
        Error::Refused(format!(
            "merchant {merchant} holds no {} grant on account {account}",
            scope.mode
        ))
    })
}

/// Whether it is the account's open proving payment. Then the account takes intents from now on.
async fn proves(tx: &mut Tx, told: &Observation, now: Timestamp) -> Result<bool, Error> {
    if told.direction != Direction::Credit {
        return Ok(false);
    }
    let id = told.observation_id;
    let seen = ProofRow::see(tx, told.account_id, told.amount, told.interval, id, now).await?;
    if seen && AccountRow::go_live(tx, told.account_id).await? {
        tracing::info!(account = %told.account_id, "proved: the account is live");
    }
    Ok(seen)
}

fn count(told: &Observation, result: &Taken) {
    let (outcome, entered) = match result {
        Taken::Repeated => ("repeated", None),
        Taken::Known {
            contradicts,
            entered,
        } => {
            if *contradicts {
                tracing::error!(
                    observation = %told.observation_id,
                    account = %told.account_id,
                    "a known reference was told with another amount"
                );
                metrics::counter!("noxpay_contradicting_evidence_total").increment(1);
            }
            ("known", *entered)
        }
        Taken::Found { outcome, entered } => (*outcome, *entered),
    };
    metrics::counter!("noxpay_observations_total", "outcome" => outcome).increment(1);
    count_settled(entered);
}

/// Counts an intent that was settled, by the rung that named it.
pub(crate) fn count_settled(entered: Option<(StatusName, Rung)>) {
    if let Some((StatusName::Settled, rung)) = entered {
        metrics::counter!("noxpay_intents_settled_total", "rung" => rung.as_str()).increment(1);
    }
}
