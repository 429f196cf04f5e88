use super::{amount, text, time};
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
}

#[derive(Serialize)]
struct ProvedBy {
    method: String,
    domain: String,
    rule_id: String,
    rule_version: u32,
    message_digest: String,
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
        let allocations = wire.allocations.into_iter().map(TryInto::try_into);
        Ok(Self {
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
            },
            sightings: wire.sightings,
            contradicted: wire.contradicted,
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
