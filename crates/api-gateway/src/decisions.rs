//! What people decide about money: read once, sent to intent-service, told in whatever shape the caller wants.

mod said;
#[cfg(test)]
mod tests;

pub(crate) use said::{Said, Wrong};

use crate::admin::EvidenceBody;
use crate::app::App;
use crate::intents::{IntentKey, IntentView};
use crate::peers::repeatable;
use db::idempotency;
use domain::ErrorCode;
use proto::Fault;
use proto::intent as wire;
use runtime::internal::CallContext;
use serde::Serialize;
use uuid::Uuid;

/// A rule that a decision would break.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BreachBody {
    pub rule: String,
    pub words: String,
    /// Only the owner's role may go on over it.
    pub conflict: bool,
}

impl From<wire::Breach> for BreachBody {
    fn from(wire: wire::Breach) -> Self {
        Self {
            rule: wire.rule,
            words: wire.words,
            conflict: wire.conflict,
        }
    }
}

/// Why nothing was decided.
#[derive(Debug)]
pub(crate) enum Undecided {
    /// These rules would be broken, and were not named.
    Unaccepted(Vec<BreachBody>),
    /// Only the owner's role may.
    OwnerOnly(String),
    Fault(Fault),
}

impl From<Fault> for Undecided {
    fn from(fault: Fault) -> Self {
        match fault.code {
            ErrorCode::Forbidden => Self::OwnerOnly(fault.message),
            _ => Self::Fault(fault),
        }
    }
}

/// One sentence that names every rule.
pub(crate) fn sentence(rules: &[BreachBody]) -> String {
    let named: Vec<String> = rules
        .iter()
        .map(|rule| format!("{} ({})", rule.rule, rule.words))
        .collect();
    format!("accept must name what this breaks: {}", named.join("; "))
}

/// What a path asks for about an intent.
pub(crate) fn intent_decision(word: &str) -> Option<wire::IntentDecision> {
    use wire::IntentDecision as D;
    match word {
        "approve" => Some(D::Approve),
        "reject" => Some(D::Reject),
        "refund-due" => Some(D::RefundDue),
        "reverse" => Some(D::Reverse),
        _ => None,
    }
}

/// What a path asks for about evidence.
pub(crate) fn observation_decision(word: &str) -> Option<wire::ObservationDecision> {
    use wire::ObservationDecision as D;
    match word {
        "match" => Some(D::Match),
        "dismiss" => Some(D::Dismiss),
        "refund-due" => Some(D::RefundDue),
        "restore" => Some(D::Restore),
        _ => None,
    }
}

/// Who decides, by which request.
pub(crate) struct Asking<'a> {
    pub context: &'a CallContext,
    pub authority: wire::Authority,
    /// The route's name without ids, and the request's own path.
    pub route: String,
    pub path: &'a str,
    pub idempotency_key: Option<&'a str>,
}

impl Asking<'_> {
    fn word(&self, said: &Said) -> wire::Word {
        let fingerprint = idempotency::fingerprint("POST", self.path, &said.canonical());
        wire::Word {
            reason: said.reason.as_str().to_owned(),
            accept: said.accept.iter().map(|b| b.as_str().to_owned()).collect(),
            authority: self.authority.into(),
            fingerprint: fingerprint.to_vec(),
            idempotency_key: self.idempotency_key.unwrap_or_default().to_owned(),
            route: self.route.clone(),
        }
    }
}

/// Decides about an intent.
///
/// # Errors
/// [`Undecided`].
pub(crate) async fn about_intent(
    app: &App,
    asking: &Asking<'_>,
    key: IntentKey,
    decision: wire::IntentDecision,
    said: &Said,
) -> Result<IntentView, Undecided> {
    let message = wire::DecideIntentRequest {
        key: Some(key.into()),
        decision: decision.into(),
        word: Some(asking.word(said)),
    };
    // Deciding the same again answers the same, so that this may be repeated.
    let reply = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.intents().decide_intent(request).await
    })
    .await?;
    let reply = accepted(reply)?;
    let intent = reply
        .intent
        .ok_or_else(|| broken("a decision without its intent"))?;
    Ok(IntentView::try_from(intent)?)
}

/// Decides about evidence. The intent is there where one of the caller's own was touched.
///
/// # Errors
/// [`Undecided`].
pub(crate) async fn about_observation(
    app: &App,
    asking: &Asking<'_>,
    id: Uuid,
    decision: wire::ObservationDecision,
    said: &Said,
) -> Result<(EvidenceBody, Option<IntentView>), Undecided> {
    let message = wire::DecideObservationRequest {
        observation_id: id.to_string(),
        decision: decision.into(),
        intent: said.intent.clone().map(Into::into),
        word: Some(asking.word(said)),
    };
    let reply = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.intents().decide_observation(request).await
    })
    .await?;
    let reply = accepted(reply)?;
    let evidence = reply
        .evidence
        .ok_or_else(|| broken("a decision without its evidence"))?;
    let intent = reply.intent.map(IntentView::try_from).transpose()?;
    Ok((EvidenceBody::try_from(evidence)?, intent))
}

/// Money that waits.
///
/// # Errors
/// What intent-service answered.
pub(crate) async fn waiting(
    app: &App,
    context: &CallContext,
    state: &str,
    limit: u32,
) -> Result<Vec<EvidenceBody>, Fault> {
    let reply = repeatable(async || {
        let message = wire::ListUnmatchedRequest {
            limit,
            state: state.to_owned(),
        };
        let request = context.request(message);
        app.peers.intents().list_unmatched(request).await
    })
    .await?;
    let evidence = reply.evidence.into_iter().map(EvidenceBody::try_from);
    evidence.collect()
}

fn accepted(reply: wire::Decided) -> Result<wire::Decided, Undecided> {
    if reply.unaccepted.is_empty() {
        return Ok(reply);
    }
    let rules = reply.unaccepted.into_iter().map(Into::into).collect();
    Err(Undecided::Unaccepted(rules))
}

fn broken(what: &str) -> Undecided {
    Undecided::Fault(crate::intents::broken(what))
}

impl From<IntentKey> for wire::decide_intent_request::Key {
    fn from(key: IntentKey) -> Self {
        match key {
            IntentKey::Id(id) => Self::Id(id.to_string()),
            IntentKey::Order(order) => Self::OrderId(order.into()),
        }
    }
}

impl From<IntentKey> for wire::decide_observation_request::Intent {
    fn from(key: IntentKey) -> Self {
        match key {
            IntentKey::Id(id) => Self::IntentId(id.to_string()),
            IntentKey::Order(order) => Self::OrderId(order.into()),
        }
    }
}
