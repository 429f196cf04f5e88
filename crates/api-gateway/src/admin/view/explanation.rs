use super::evidence::DecisionBody;
use super::{EvidenceBody, IntentBody, text, time};
use crate::intents::{IntentView, broken, status};
use proto::{Fault, intent};
use serde::Serialize;
use serde_json::value::RawValue;

/// An intent with every fact, decision and watermark that its state follows from.
#[derive(Serialize)]
pub(crate) struct ExplanationBody {
    intent: IntentBody,
    /// From here on it may expire, if nothing that could have seen its payment is behind.
    deadline: Option<String>,
    /// Money of a later time needs a person.
    late_until: Option<String>,
    policy: Box<RawValue>,
    transitions: Vec<TransitionBody>,
    evidence: Vec<EvidenceBody>,
    witnesses: Vec<WitnessBody>,
    /// What people decided about it, oldest first.
    decisions: Vec<DecisionBody>,
}

#[derive(Serialize)]
struct TransitionBody {
    sequence: i64,
    event_type: String,
    previous_status: Option<&'static str>,
    status: &'static str,
    review_reason: Option<String>,
    observation_id: Option<String>,
    at: Option<String>,
}

#[derive(Serialize)]
struct WitnessBody {
    source_id: String,
    counting: bool,
    since: Option<String>,
    /// Everything up to here was read and stored.
    up_to: Option<String>,
}

impl TryFrom<intent::Explanation> for ExplanationBody {
    type Error = Fault;

    fn try_from(wire: intent::Explanation) -> Result<Self, Fault> {
        let intent = wire
            .intent
            .ok_or_else(|| broken("an explanation of nothing"))?;
        let policy = text(wire.policy_json).unwrap_or_else(|| "null".to_owned());
        let transitions = wire.transitions.into_iter().map(TryInto::try_into);
        let evidence = wire.evidence.into_iter().map(TryInto::try_into);
        Ok(Self {
            intent: IntentView::try_from(intent)?.into(),
            deadline: time(wire.deadline.as_ref()),
            late_until: time(wire.late_until.as_ref()),
            policy: RawValue::from_string(policy)
                .map_err(|_| broken("a policy that is no JSON"))?,
            transitions: transitions.collect::<Result<_, _>>()?,
            evidence: evidence.collect::<Result<_, _>>()?,
            witnesses: wire.witnesses.into_iter().map(Into::into).collect(),
            decisions: wire.decisions.into_iter().map(Into::into).collect(),
        })
    }
}

impl TryFrom<intent::Transition> for TransitionBody {
    type Error = Fault;

    fn try_from(wire: intent::Transition) -> Result<Self, Fault> {
        Ok(Self {
            // The first one has none.
            previous_status: status(wire.previous_status).ok().map(|s| s.as_str()),
            status: status(wire.status)?.as_str(),
            at: time(wire.at.as_ref()),
            sequence: wire.sequence,
            event_type: wire.event_type,
            review_reason: text(wire.review_reason),
            observation_id: text(wire.observation_id),
        })
    }
}

impl From<intent::Witness> for WitnessBody {
    fn from(wire: intent::Witness) -> Self {
        Self {
            since: time(wire.since.as_ref()),
            up_to: time(wire.up_to.as_ref()),
            source_id: wire.source_id,
            counting: wire.counting,
        }
    }
}
