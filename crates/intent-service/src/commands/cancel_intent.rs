//! A merchant wants no money for an intent any more.
//!
//! Its amount stays held and its payment is still watched for: what comes nevertheless is put to a person.

use crate::core::Core;
use crate::error::Error;
use crate::judge::unchanged;
use crate::moves::{self, Cause};
use crate::queries::intents::with_references;
use crate::queries::view::{self, IntentView};
use crate::rows::decision::{self, Kind, NewDecision};
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::option::OptionRow;
use db::types::to_db;
use db::{Scope, Tx};
use domain::ids::IntentId;
use domain::status::{Facts, Receipt, Sight, status_of};
use domain::{ErrorCode, IntentStatus, Interval, Precision, StatusName};
use jiff::Timestamp;
use proto::Fault;

/// Who cancels what, and why.
#[derive(Clone, Debug)]
pub struct CancelIntent {
    pub id: IntentId,
    pub actor: String,
    pub reason: Option<String>,
}

/// Cancels the intent. Cancelling what is cancelled answers it again and says nothing.
///
/// # Errors
/// `NOT_FOUND`; `WRONG_STATE` where it is final, or all its money is here and a person must decide.
pub async fn cancel_intent(
    core: &Core,
    scope: Scope,
    request: &CancelIntent,
) -> Result<IntentView, Error> {
    let view = core
        .databases
        .request
        .tenant(scope, async |tx| {
            let intent = IntentRow::lock(tx, scope, request.id).await?;
            let intent =
                intent.ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such intent"))?;
            let undecided = matches!(intent.status(), StatusName::Cancelled | StatusName::Review);
            let intent = if intent.cancelled_at.is_some() && undecided {
                intent
            } else {
                // After the lock: what happened while it was waited for lies before.
                let now = db::clock::now(tx).await?;
                cancel(tx, intent, request, now).await?
            };
            view::load_one(tx, scope, intent).await
        })
        .await?;
    with_references(core, scope, view).await
}

async fn cancel(
    tx: &mut Tx,
    intent: IntentRow,
    request: &CancelIntent,
    now: Timestamp,
) -> Result<IntentRow, Error> {
    let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
    let next = after_cancel(&intent, &option, now)?;
    let decision = NewDecision {
        reason: request.reason.as_deref(),
        ..NewDecision::new(Kind::Cancel, &request.actor)
    };
    decision::add(tx, intent.scope(), intent.id, &decision, now).await?;
    let also = IntentChange {
        cancelled_at: Some(to_db(now)),
        // From here on only evidence can change it.
        check_at: Some(None),
        ..unchanged(&intent)
    };
    let cause = Cause {
        at: now,
        observation: None,
    };
    moves::enter(tx, &intent, &option, &next, also, cause).await
}

/// What the intent's facts say with the cancellation among them.
fn after_cancel(
    intent: &IntentRow,
    option: &OptionRow,
    now: Timestamp,
) -> Result<IntentStatus, Error> {
    const BROKEN: Error = Error::Broken("an intent cannot be judged");
    let wrong = |why: String| Err(Fault::new(ErrorCode::WrongState, why).into());
    let (status, received) = (intent.status(), intent.received());
    if !(status.is_open() || status == StatusName::Review) {
        return wrong(format!("it is {status}"));
    }
    let terms = intent.terms()?;
    let least = option.payable().minor() - terms.policy.tolerance_minor;
    if received.minor() >= least {
        return wrong("its money is here: a person must decide".to_owned());
    }
    // The request role sees the sum, but not the evidence of an account that its merchant only shares. While the money is
    // not all here, the times of its parts change nothing.
    let from = intent.created_at.min(now);
    let interval = Interval::new(from, now, Precision::Date).map_err(|_| BROKEN)?;
    let part = Receipt {
        amount: received,
        interval,
    };
    let facts = Facts {
        receipts: if received.is_zero() {
            vec![]
        } else {
            vec![part]
        },
        cancelled_at: Some(now),
        ruled_out: false,
        words: intent.words(),
    };
    status_of(&terms, option.payable(), &facts, Sight::Blind, now).ok_or(BROKEN)
}
