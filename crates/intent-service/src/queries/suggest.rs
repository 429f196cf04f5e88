//! Intents that waiting money may belong to, and what a match with each would break.

use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::intent::IntentRow;
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::weigh::Weighed;
use db::{Connection, Scope};
use domain::Money;
use domain::breach::Breach;
use domain::evidence::Direction;
use domain::ids::{IntentId, ObservationId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// More would be no help.
const MOST: usize = 5;

/// Why an intent is suggested, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its code stands in the note.
    Code,
    /// The money is exactly what it asks.
    Amount,
    /// The money is what it asks, as payers round.
    NearAmount,
    /// It was found, and put to a person.
    Candidate,
}

impl Why {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Amount => "amount",
            Self::NearAmount => "near_amount",
            Self::Candidate => "candidate",
        }
    }
}

/// An intent that the money may belong to.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub intent: IntentRow,
    pub payable: Money,
    pub why: Why,
    pub breaches: BTreeSet<Breach>,
}

/// The scope's own intents that one observation may belong to, newest first. As the worker.
pub(super) async fn of(
    conn: &mut Connection,
    scope: Scope,
    observation: Uuid,
    candidates: &[Uuid],
) -> Result<Vec<Suggestion>, Error> {
    let id = ObservationId::from_uuid(observation);
    let Some(observed) = Observed::find(conn, id).await? else {
        return Ok(Vec::new());
    };
    if observed.direction.0 != Direction::Credit {
        return Ok(Vec::new());
    }
    let account = AccountRow::find(conn, observed.account_id).await?;
    let account = account.ok_or(Error::Broken("an account vanished"))?;
    let amount = observed.amount();
    let weighed = Weighed::of(conn, observed, account).await?;
    let why = |option: &OptionRow| {
        if option.payable() == amount {
            Why::Amount
        } else {
            Why::NearAmount
        }
    };
    let named = weighed.named.iter().map(|near| (near.clone(), Why::Code));
    let near = weighed.near.iter().map(|near| (near.clone(), why(&near.1)));
    let mut found: Vec<_> = named.chain(near).collect();
    for candidate in candidates {
        let id = IntentId::from_uuid(*candidate);
        if let Some(intent) = IntentRow::find(conn, scope, id).await? {
            let option = OptionRow::first(conn, scope, id).await?;
            found.push(((intent, option), Why::Candidate));
        }
    }
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for ((intent, option), why) in found {
        let known = suggestions.iter().any(|s| s.intent.id == intent.id);
        if known || intent.scope() != scope {
            continue;
        }
        suggestions.push(Suggestion {
            breaches: weighed.against(&intent, &option)?.breaches,
            payable: option.payable(),
            intent,
            why,
        });
    }
    suggestions.sort_by_key(|s| std::cmp::Reverse((s.intent.created_at, s.intent.id)));
    suggestions.truncate(MOST);
    Ok(suggestions)
}
