//! What speaks against an intent's money is noted on the intent. A settled one stays settled: its merchant is told, and a
//! person asked.

use crate::error::Error;
use crate::judge::{Judged, judge, unchanged};
use crate::moves::{self, Cause};
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::option::OptionRow;
use db::Tx;
use db::types::to_db;
use domain::event::IntentEvent;
use domain::{ReviewReason, StatusName};

/// What speaks against the money, or does not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// An alert says that the bank took it back.
    TakenBack(bool),
    /// Only a source that was revoked vouches for it.
    Doubted(bool),
}

impl Against {
    fn is_known(self, intent: &IntentRow) -> bool {
        match self {
            Self::TakenBack(speaks) => intent.taken_back_at.is_some() == speaks,
            Self::Doubted(speaks) => intent.doubted_at.is_some() == speaks,
        }
    }

    fn change(self, intent: &IntentRow, cause: Cause) -> IntentChange {
        let since = |speaks: bool| Some(speaks.then(|| to_db(cause.at)));
        match self {
            Self::TakenBack(speaks) => IntentChange {
                taken_back_at: since(speaks),
                ..unchanged(intent)
            },
            Self::Doubted(speaks) => IntentChange {
                doubted_at: since(speaks),
                ..unchanged(intent)
            },
        }
    }

    /// Why a settled intent is flagged by then: what the bank says itself weighs more than a doubt.
    fn reason(self, intent: &IntentRow) -> Option<ReviewReason> {
        use ReviewReason::{ReversalReported, SourceRevoked};
        let doubted = intent.doubted_at.map(|_| SourceRevoked);
        match (self, intent.review_reason()) {
            (Self::TakenBack(true), _) => Some(ReversalReported),
            (Self::TakenBack(false), Some(ReversalReported)) => doubted,
            (Self::Doubted(true), None) => Some(SourceRevoked),
            (Self::Doubted(false), Some(SourceRevoked)) => None,
            (Self::TakenBack(false) | Self::Doubted(_), standing) => standing,
        }
    }
}

/// Notes it on a locked intent, which says so if it is settled, and is judged anew if it is not.
pub(crate) async fn note(
    tx: &mut Tx,
    intent: IntentRow,
    against: Against,
    cause: Cause,
) -> Result<Judged, Error> {
    const MOVED: Error = Error::Broken("an intent moved under its lock");
    if intent.status() == StatusName::Reversed || against.is_known(&intent) {
        return Ok(unmoved(intent));
    }
    let change = against.change(&intent, cause);
    let reason = against.reason(&intent);
    let settled = intent.status() == StatusName::Settled;
    if settled && reason == intent.review_reason() {
        let noted = intent.change(tx, &change).await?;
        return Ok(unmoved(noted.ok_or(MOVED)?));
    }
    let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
    if !settled {
        let intent = intent.change(tx, &change).await?;
        return judge(tx, intent.ok_or(MOVED)?, &option, cause).await;
    }
    let event = match reason {
        Some(_) => IntentEvent::Flagged,
        None => IntentEvent::Cleared,
    };
    let flagged = IntentChange {
        review_reason: Some(reason.map(ReviewReason::as_str)),
        ..change
    };
    let noted = moves::note(tx, &intent, &option, event, flagged, cause).await?;
    Ok(unmoved(noted))
}

const fn unmoved(intent: IntentRow) -> Judged {
    Judged {
        intent,
        entered: None,
    }
}
