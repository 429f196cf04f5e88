//! What a decision answers.

use super::Outcome;
use crate::error::Error;
use crate::queries::{evidence, view};
use crate::reply;
use crate::rows::allocation;
use crate::rows::intent::IntentRow;
use db::{Scope, Tx};
use proto::intent as pb;

/// The reply, read in the decision's own transaction.
pub(super) async fn of(tx: &mut Tx, scope: Scope, outcome: Outcome) -> Result<pb::Decided, Error> {
    Ok(match outcome {
        Outcome::Unaccepted(breaches) => pb::Decided {
            intent: None,
            evidence: None,
            unaccepted: breaches.into_iter().map(reply::breach).collect(),
        },
        Outcome::Intent(row) => pb::Decided {
            intent: Some(intent(tx, scope, *row).await?),
            evidence: None,
            unaccepted: Vec::new(),
        },
        Outcome::Observation { id, intent: row } => {
            let mut found = evidence::load(tx, scope, &[id.uuid()]).await?;
            let found = found.pop().ok_or(Error::Broken("evidence vanished"))?;
            let intent = match row {
                Some(row) if row.scope() == scope => Some(intent(tx, scope, *row).await?),
                // An intent's id opens its checkout: that of another project is not shown.
                _ => None,
            };
            pb::Decided {
                intent,
                evidence: Some(reply::evidence(&found)?),
                unaccepted: Vec::new(),
            }
        }
    })
}

async fn intent(tx: &mut Tx, scope: Scope, row: IntentRow) -> Result<pb::Intent, Error> {
    let id = row.id.uuid();
    let mut view = view::load_one(tx, scope, row).await?;
    let mut references = allocation::references(tx, scope, &[id]).await?;
    view.references = references.remove(&id).unwrap_or_default();
    reply::intent(&view)
}
