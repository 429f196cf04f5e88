//! Why an intent stands as it does, for its merchant. Of other people's money, and of names and notes, it says nothing.

use crate::admin::DoubtBody;
use crate::dialect::{instant, number};
use crate::intents::{IntentView, broken, status};
use proto::convert::{non_empty, parse_timestamp, reply_money};
use proto::{Fault, intent as wire};
use serde::Serialize;
use serde_json::value::RawValue;

/// The answer to `GET /api/v1/intents/{key}/proof`.
#[derive(Serialize)]
pub(crate) struct Proof {
    id: String,
    order_id: String,
    status: &'static str,
    review_reason: Option<String>,
    amount: Box<RawValue>,
    payable_amount: Box<RawValue>,
    received_amount: Box<RawValue>,
    /// The money that is the intent's, oldest first.
    evidence: Vec<EvidenceBody>,
    /// What people decided about the intent, oldest first.
    decisions: Vec<DecisionBody>,
    transitions: Vec<TransitionBody>,
}

#[derive(Serialize)]
struct EvidenceBody {
    observation_id: String,
    /// Which rung of the identity ladder named the intent, or `merchant_word`.
    rung: String,
    allocations: Vec<AllocationBody>,
    amount: Box<RawValue>,
    /// As the bank printed it.
    reference: String,
    strength: String,
    direction: String,
    mode: String,
    paid_from: Option<String>,
    paid_to: Option<String>,
    time_precision: String,
    seen_at: Option<String>,
    payer_vpa: Option<String>,
    check: CheckBody,
    sightings: u32,
    contradicted: bool,
    /// Its source was revoked: since when, and why.
    doubt: Option<DoubtBody>,
    /// How many of the sightings are of sources that were revoked.
    doubted_sightings: u32,
}

#[derive(Serialize)]
struct AllocationBody {
    kind: String,
    amount: Box<RawValue>,
}

/// Why the evidence is believed.
#[derive(Serialize)]
struct CheckBody {
    method: String,
    domain: String,
    selector: Option<String>,
    /// What bound the message to the account: `account_tail` or `payee_vpa`.
    binding: Option<String>,
    rule_id: String,
    rule_version: u32,
    message_digest: String,
}

#[derive(Serialize)]
struct DecisionBody {
    kind: String,
    actor: String,
    reason: Option<String>,
    accepted: Vec<String>,
    observation_id: Option<String>,
    decided_at: Option<String>,
}

#[derive(Serialize)]
struct TransitionBody {
    sequence: i64,
    event: String,
    previous_status: Option<&'static str>,
    status: &'static str,
    review_reason: Option<String>,
    observation_id: Option<String>,
    at: Option<String>,
}

impl TryFrom<wire::Explanation> for Proof {
    type Error = Fault;

    fn try_from(wire: wire::Explanation) -> Result<Self, Fault> {
        let intent = wire
            .intent
            .ok_or_else(|| broken("an explanation of nothing"))?;
        let view = IntentView::try_from(intent)?;
        let id = view.id.to_string();
        let own = wire
            .evidence
            .into_iter()
            .filter_map(|evidence| EvidenceBody::of(evidence, &id).transpose());
        let transitions = wire.transitions.into_iter().map(TryInto::try_into);
        Ok(Self {
            status: view.status.as_str(),
            amount: number(view.amount),
            payable_amount: number(view.payable),
            received_amount: number(view.received),
            evidence: own.collect::<Result<_, _>>()?,
            decisions: wire.decisions.into_iter().map(Into::into).collect(),
            transitions: transitions.collect::<Result<_, _>>()?,
            order_id: view.order_id,
            review_reason: view.review_reason,
            id,
        })
    }
}

impl EvidenceBody {
    /// Nothing, where none of the money is the intent's.
    fn of(wire: wire::Evidence, intent: &str) -> Result<Option<Self>, Fault> {
        let doubt = DoubtBody::of(&wire);
        let mut rung = None;
        let mut allocations = Vec::new();
        for part in wire.allocations {
            if part.intent_id == intent {
                let amount = number(reply_money(part.amount.as_ref())?);
                let kind = part.kind;
                allocations.push(AllocationBody { kind, amount });
                rung.get_or_insert(part.rung);
            }
        }
        let Some(rung) = rung else {
            return Ok(None);
        };
        Ok(Some(Self {
            doubt,
            doubted_sightings: wire.doubted_sightings,
            amount: number(reply_money(wire.amount.as_ref())?),
            paid_from: time(wire.paid_from.as_ref()),
            paid_to: time(wire.paid_to.as_ref()),
            seen_at: time(wire.seen_at.as_ref()),
            payer_vpa: text(&wire.payer_vpa),
            check: CheckBody {
                selector: text(&wire.proof_selector),
                binding: text(&wire.proof_binding),
                method: wire.proof_method,
                domain: wire.proof_domain,
                rule_id: wire.rule_id,
                rule_version: wire.rule_version,
                message_digest: wire.message_digest,
            },
            rung,
            allocations,
            observation_id: wire.observation_id,
            reference: wire.reference,
            strength: wire.strength,
            direction: wire.direction,
            mode: wire.mode,
            time_precision: wire.time_precision,
            sightings: wire.sightings,
            contradicted: wire.contradicted,
        }))
    }
}

impl From<wire::Decision> for DecisionBody {
    fn from(wire: wire::Decision) -> Self {
        Self {
            reason: text(&wire.reason),
            observation_id: text(&wire.observation_id),
            decided_at: time(wire.decided_at.as_ref()),
            kind: wire.kind,
            actor: wire.actor,
            accepted: wire.accepted,
        }
    }
}

impl TryFrom<wire::Transition> for TransitionBody {
    type Error = Fault;

    fn try_from(wire: wire::Transition) -> Result<Self, Fault> {
        Ok(Self {
            // The first one has none.
            previous_status: status(wire.previous_status).ok().map(|s| s.as_str()),
            status: status(wire.status)?.as_str(),
            review_reason: text(&wire.review_reason),
            observation_id: text(&wire.observation_id),
            at: time(wire.at.as_ref()),
            sequence: wire.sequence,
            event: wire.event_type,
        })
    }
}

fn time(wire: Option<&prost_types::Timestamp>) -> Option<String> {
    parse_timestamp(wire).map(instant)
}

fn text(wire: &str) -> Option<String> {
    non_empty(wire).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn keys(value: &Value) -> Vec<&str> {
        let object = value.as_object().unwrap();
        object.keys().map(String::as_str).collect()
    }

    fn evidence(id: &str, intent: &str) -> wire::Evidence {
        let money = proto::convert::money(domain::Money::inr(49_899));
        wire::Evidence {
            observation_id: id.to_owned(),
            amount: Some(money.clone()),
            reference: "084701812319".to_owned(),
            payer_vpa: "ravi@okexample".to_owned(),
            payer_name: "RAVI KUMAR".to_owned(),
            note: "10TEA0C4FN thanks".to_owned(),
            proof_selector: "s1".to_owned(),
            allocations: vec![wire::Allocation {
                intent_id: intent.to_owned(),
                kind: "receipt".to_owned(),
                amount: Some(money),
                rung: "code".to_owned(),
                allocated_at: None,
            }],
            ..wire::Evidence::default()
        }
    }

    #[test]
    fn a_proof_has_exactly_these_keys() {
        let id = "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c";
        let money = || Some(proto::convert::money(domain::Money::inr(49_899)));
        let at = Some(prost_types::Timestamp::default());
        let explanation = wire::Explanation {
            intent: Some(wire::Intent {
                id: id.to_owned(),
                order_id: "A".to_owned(),
                status: wire::IntentStatus::Settled.into(),
                amount: money(),
                payable: money(),
                received: money(),
                created_at: at,
                expires_at: at,
                options: vec![wire::PaymentOption {
                    account_kind: wire::AccountKind::Personal.into(),
                    ..wire::PaymentOption::default()
                }],
                ..wire::Intent::default()
            }),
            evidence: vec![evidence("mine", id), evidence("anothers", "x")],
            transitions: vec![wire::Transition {
                status: wire::IntentStatus::Pending.into(),
                ..wire::Transition::default()
            }],
            decisions: vec![wire::Decision::default()],
            ..wire::Explanation::default()
        };
        let proof = serde_json::to_value(Proof::try_from(explanation).unwrap()).unwrap();
        assert_eq!(
            keys(&proof),
            [
                "amount",
                "decisions",
                "evidence",
                "id",
                "order_id",
                "payable_amount",
                "received_amount",
                "review_reason",
                "status",
                "transitions",
            ]
        );
        let evidence = proof["evidence"].as_array().unwrap();
        assert_eq!(evidence.len(), 1, "money of others is not shown");
        assert_eq!(
            keys(&evidence[0]),
            [
                "allocations",
                "amount",
                "check",
                "contradicted",
                "direction",
                "doubt",
                "doubted_sightings",
                "mode",
                "observation_id",
                "paid_from",
                "paid_to",
                "payer_vpa",
                "reference",
                "rung",
                "seen_at",
                "sightings",
                "strength",
                "time_precision",
            ]
        );
        assert_eq!(
            keys(&evidence[0]["check"]),
            [
                "binding",
                "domain",
                "message_digest",
                "method",
                "rule_id",
                "rule_version",
                "selector",
            ]
        );
        assert_eq!(keys(&evidence[0]["allocations"][0]), ["amount", "kind"]);
        assert_eq!(
            keys(&proof["decisions"][0]),
            [
                "accepted",
                "actor",
                "decided_at",
                "kind",
                "observation_id",
                "reason"
            ]
        );
        assert_eq!(
            keys(&proof["transitions"][0]),
            [
                "at",
                "event",
                "observation_id",
                "previous_status",
                "review_reason",
                "sequence",
                "status",
            ]
        );
        let text = proof.to_string();
        assert!(!text.contains("RAVI") && !text.contains("thanks"));
    }
}
