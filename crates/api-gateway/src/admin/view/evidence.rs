use super::{amount, text, time};
use crate::decisions::BreachBody;
use crate::intents::status;
use proto::{Fault, intent};
use serde::Serialize;
use serde_json::value::RawValue;

/// A movement of money that a bank told of, and what was made of it.
#[derive(Serialize)]
pub(crate) struct EvidenceBody {
    observation_id: String,
    amount: Box<RawValue>,
    rail_class: String,
    /// As printed.
    reference: Option<String>,
    strength: String,
    direction: String,
    mode: String,
    paid_from: Option<String>,
    paid_to: Option<String>,
    time_precision: String,
    payer_vpa: Option<String>,
    payer_name: Option<String>,
    note: Option<String>,
    seen_at: Option<String>,
    proof: ProvedBy,
    findings: Vec<FindingBody>,
    allocations: Vec<AllocationBody>,
    sightings: u32,
    contradicted: bool,
    /// Since when it is not believed any more, because its source was revoked.
    doubt: Option<DoubtBody>,
    /// How many of the sightings are not believed any more.
    doubted_sightings: u32,
    /// What people decided about it, oldest first.
    decisions: Vec<DecisionBody>,
    /// Of evidence that waits: intents that it may belong to, newest first.
    suggestions: Vec<SuggestionBody>,
}

/// Why evidence is not believed any more.
#[derive(Serialize)]
pub(crate) struct DoubtBody {
    at: Option<String>,
    reason: Option<String>,
}

impl DoubtBody {
    /// `None` where the evidence is believed.
    pub(crate) fn of(wire: &intent::Evidence) -> Option<Self> {
        wire.doubted_at.as_ref().map(|at| Self {
            at: time(Some(at)),
            reason: text(wire.doubt_reason.clone()),
        })
    }
}

/// A decision of a person.
#[derive(Serialize)]
pub(super) struct DecisionBody {
    kind: String,
    actor: String,
    reason: Option<String>,
    request_id: Option<String>,
    observation_id: Option<String>,
    /// The rules that were broken knowingly.
    accepted: Vec<String>,
    decided_at: Option<String>,
}

/// An intent that waiting money may belong to.
#[derive(Serialize)]
struct SuggestionBody {
    intent_id: String,
    order_id: String,
    payable_amount: Box<RawValue>,
    status: &'static str,
    /// `code`, `amount`, `near_amount` or `candidate`.
    why: String,
    /// What a match would break. Where there is nothing, one click is enough.
    breaches: Vec<BreachBody>,
}

#[derive(Serialize)]
struct ProvedBy {
    method: String,
    domain: String,
    rule_id: String,
    rule_version: u32,
    message_digest: String,
    /// The DKIM selector, where it was kept.
    selector: Option<String>,
    /// What bound the message to the account: `account_tail` or `payee_vpa`.
    binding: Option<String>,
}

#[derive(Serialize)]
struct FindingBody {
    outcome: String,
    rung: Option<String>,
    reason: Option<String>,
    intent_id: Option<String>,
    candidates: Vec<String>,
    /// The observation that stands for the payment, where this is further evidence of it.
    joined_to: Option<String>,
    decided_at: Option<String>,
}

#[derive(Serialize)]
struct AllocationBody {
    intent_id: String,
    kind: String,
    amount: Box<RawValue>,
    rung: String,
    allocated_at: Option<String>,
}

impl TryFrom<intent::Evidence> for EvidenceBody {
    type Error = Fault;

    fn try_from(wire: intent::Evidence) -> Result<Self, Fault> {
        let doubt = DoubtBody::of(&wire);
        let allocations = wire.allocations.into_iter().map(TryInto::try_into);
        let suggestions = wire.suggestions.into_iter().map(TryInto::try_into);
        Ok(Self {
            doubt,
            doubted_sightings: wire.doubted_sightings,
            amount: amount(wire.amount.as_ref())?,
            paid_from: time(wire.paid_from.as_ref()),
            paid_to: time(wire.paid_to.as_ref()),
            seen_at: time(wire.seen_at.as_ref()),
            findings: wire.findings.into_iter().map(Into::into).collect(),
            allocations: allocations.collect::<Result<_, _>>()?,
            observation_id: wire.observation_id,
            rail_class: wire.rail_class,
            reference: text(wire.reference),
            strength: wire.strength,
            direction: wire.direction,
            mode: wire.mode,
            time_precision: wire.time_precision,
            payer_vpa: text(wire.payer_vpa),
            payer_name: text(wire.payer_name),
            note: text(wire.note),
            proof: ProvedBy {
                method: wire.proof_method,
                domain: wire.proof_domain,
                rule_id: wire.rule_id,
                rule_version: wire.rule_version,
                message_digest: wire.message_digest,
                selector: text(wire.proof_selector),
                binding: text(wire.proof_binding),
            },
            decisions: wire.decisions.into_iter().map(Into::into).collect(),
            suggestions: suggestions.collect::<Result<_, _>>()?,
            sightings: wire.sightings,
            contradicted: wire.contradicted,
        })
    }
}

impl From<intent::Decision> for DecisionBody {
    fn from(wire: intent::Decision) -> Self {
        Self {
            decided_at: time(wire.decided_at.as_ref()),
            kind: wire.kind,
            actor: wire.actor,
            reason: text(wire.reason),
            request_id: text(wire.request_id),
            observation_id: text(wire.observation_id),
            accepted: wire.accepted,
        }
    }
}

impl TryFrom<intent::Suggestion> for SuggestionBody {
    type Error = Fault;

    fn try_from(wire: intent::Suggestion) -> Result<Self, Fault> {
        Ok(Self {
            payable_amount: amount(wire.payable.as_ref())?,
            status: status(wire.status)?.as_str(),
            intent_id: wire.intent_id,
            order_id: wire.order_id,
            why: wire.why,
            breaches: wire.breaches.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<intent::Finding> for FindingBody {
    fn from(wire: intent::Finding) -> Self {
        Self {
            decided_at: time(wire.decided_at.as_ref()),
            outcome: wire.outcome,
            rung: text(wire.rung),
            reason: text(wire.reason),
            intent_id: text(wire.intent_id),
            joined_to: text(wire.joined_to),
            candidates: wire.candidates,
        }
    }
}

impl TryFrom<intent::Allocation> for AllocationBody {
    type Error = Fault;

    fn try_from(wire: intent::Allocation) -> Result<Self, Fault> {
        Ok(Self {
            amount: amount(wire.amount.as_ref())?,
            allocated_at: time(wire.allocated_at.as_ref()),
            intent_id: wire.intent_id,
            kind: wire.kind,
            rung: wire.rung,
        })
    }
}
