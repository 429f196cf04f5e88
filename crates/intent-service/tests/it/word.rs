//! What people decide, said briefly.

use crate::support::*;
use db::Scope;
use domain::breach::Breach;
use domain::ids::ObservationId;
use domain::text::Reason;
use domain::{ErrorCode, OrderId};
use intent_service::commands::decide::{Asked, Authority, Word, decide};
use intent_service::queries::intents::Key;
use intent_service::queries::unmatched::{State, list_waiting};
use intent_service::reply;
use proto::{Fault, intent as pb};

pub(crate) fn order(order: &str) -> Key {
    Key::Order(OrderId::parse(order).unwrap())
}

pub(crate) fn id(intent: &pb::Intent) -> Key {
    Key::Id(intent.id.parse().unwrap())
}

/// A word of the owner's that accepts these rules.
pub(crate) fn owner(accept: &[Breach]) -> Word {
    Word {
        actor: "admin".to_owned(),
        request_id: "r-1".to_owned(),
        authority: Authority::Owner,
        reason: Reason::parse("the customer called").unwrap(),
        accept: accept.iter().copied().collect(),
        fingerprint: [7; 32],
        idempotency: None,
    }
}

/// The same by a secret key.
pub(crate) fn key(accept: &[Breach]) -> Word {
    Word {
        actor: "key:1".to_owned(),
        authority: Authority::Key,
        ..owner(accept)
    }
}

/// The rules that are still to be accepted.
pub(crate) fn unaccepted(decided: &pb::Decided) -> Vec<&str> {
    decided.unaccepted.iter().map(|b| &*b.rule).collect()
}

impl World {
    pub(crate) async fn decide(
        &self,
        scope: Scope,
        asked: Asked,
        word: Word,
    ) -> Result<pb::Decided, Fault> {
        decide(&self.core, scope, &asked, &word)
            .await
            .map_err(Fault::from)
    }

    /// A decision that must be done.
    pub(crate) async fn decided(&self, scope: Scope, asked: Asked, word: Word) -> pb::Decided {
        let decided = self.decide(scope, asked, word).await.unwrap();
        assert!(decided.unaccepted.is_empty(), "{:?}", decided.unaccepted);
        decided
    }

    pub(crate) async fn wrong_state(&self, scope: Scope, asked: Asked) {
        let answer = self.decide(scope, asked, owner(&Breach::ALL)).await;
        refused(answer, ErrorCode::WrongState, None);
    }

    pub(crate) async fn waiting(&self, state: State) -> Vec<pb::Evidence> {
        let found = list_waiting(&self.core, merchant(1), state, 50)
            .await
            .unwrap();
        found.iter().map(|w| reply::waiting(w).unwrap()).collect()
    }

    /// The only evidence that waits.
    pub(crate) async fn only_waiting(&self) -> ObservationId {
        let waiting = self.waiting(State::Open).await;
        let [one] = waiting.as_slice() else {
            panic!("{waiting:?}");
        };
        one.observation_id.parse().unwrap()
    }

    /// Until everything is over, also the late windows, with everything seen in time.
    pub(crate) async fn run_out(&self) {
        self.db.advance_clock(minutes(60)).await;
        self.watermark(mailbox(1)).await;
        self.work_off().await;
        self.pass(minutes(240)).await;
    }

    /// The types of an intent's events, oldest first.
    pub(crate) async fn events(&self, scope: Scope, order: &str) -> Vec<String> {
        let explained = self.explain(scope, order).await;
        let types = explained.transitions.into_iter().map(|t| t.event_type);
        types.collect()
    }

    /// The data of the newest event about an intent, as it waits for the broker.
    pub(crate) async fn snapshot(&self, intent: &pb::Intent) -> serde_json::Value {
        let envelope = self
            .text(&format!(
                "SELECT envelope AS text FROM intents.outbox WHERE envelope LIKE '%{}%' ORDER BY id DESC LIMIT 1",
                intent.id
            ))
            .await;
        let envelope: serde_json::Value = serde_json::from_str(&envelope).unwrap();
        envelope["data"].clone()
    }
}
