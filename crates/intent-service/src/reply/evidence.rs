//! Evidence and explanations.

use super::intent;
use crate::error::Error;
use crate::queries::evidence::EvidenceView;
use crate::queries::explain::Explanation;
use crate::queries::suggest::Suggestion;
use crate::queries::told::Told;
use crate::queries::unmatched::Waiting;
use crate::rows::allocation::AllocationRow;
use crate::rows::decision::DecisionRow;
use crate::rows::finding::FindingRow;
use crate::rows::ruling::RulingRow;
use crate::rows::transition::TransitionRow;
use crate::sources::Witness;
use domain::breach::Breach;
use domain::evidence::Proof;
use proto::convert::{money, timestamp};
use proto::intent as pb;

/// An intent with its reasons.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn explanation(explained: &Explanation) -> Result<pb::Explanation, Error> {
    let evidence = explained.evidence.iter().map(evidence);
    Ok(pb::Explanation {
        intent: Some(intent(&explained.view)?),
        deadline: Some(timestamp(explained.terms.deadline())),
        late_until: Some(timestamp(explained.terms.late_until())),
        policy_json: explained.view.intent.policy.as_str().to_owned(),
        transitions: explained.transitions.iter().map(transition).collect(),
        evidence: evidence.collect::<Result<_, _>>()?,
        witnesses: explained.witnesses.iter().map(witness).collect(),
        decisions: explained.decisions.iter().map(decision).collect(),
    })
}

/// What became of one observation.
pub fn told(told: Told) -> pb::FoundObservation {
    pb::FoundObservation {
        observation_id: told.observation_id.to_string(),
        outcome: told.outcome,
        rung: told.rung.unwrap_or_default(),
        reason: told.reason.unwrap_or_default(),
        intent_ids: told.intents.iter().map(ToString::to_string).collect(),
    }
}

/// One observation with what was decided about it.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn evidence(view: &EvidenceView) -> Result<pb::Evidence, Error> {
    let row = &view.observation;
    let proof: Proof = serde_json::from_str(row.proof.as_str())
        .map_err(|_| Error::Broken("an observation's proof is unreadable"))?;
    Ok(pb::Evidence {
        observation_id: row.id.to_string(),
        amount: Some(money(row.amount())),
        rail_class: row.rail_class.clone(),
        reference: row.reference_printed.clone(),
        strength: row.strength.clone(),
        direction: row.direction.clone(),
        mode: row.mode.clone(),
        paid_from: Some(timestamp(row.paid_from)),
        paid_to: Some(timestamp(row.paid_to)),
        time_precision: row.time_precision.clone(),
        payer_vpa: row.payer_vpa.clone().unwrap_or_default(),
        payer_name: row.payer_name.clone().unwrap_or_default(),
        note: row.note.clone().unwrap_or_default(),
        seen_at: Some(timestamp(row.seen_at)),
        proof_method: proof.method,
        proof_domain: proof.domain,
        rule_id: proof.rule_id,
        rule_version: proof.rule_version,
        message_digest: proof.message_digest,
        findings: view.findings.iter().map(finding).collect(),
        allocations: view.allocations.iter().map(allocation).collect(),
        sightings: u32::try_from(view.sightings).unwrap_or(u32::MAX),
        contradicted: view.contradicted,
        decisions: view.rulings.iter().map(ruling).collect(),
        suggestions: Vec::new(),
        proof_selector: proof.selector.unwrap_or_default(),
        proof_binding: proof.binding.unwrap_or_default(),
        doubted_at: view.doubt.as_ref().map(|doubt| timestamp(doubt.doubted_at)),
        doubt_reason: view
            .doubt
            .as_ref()
            .and_then(|doubt| doubt.reason.clone())
            .unwrap_or_default(),
        doubted_sightings: u32::try_from(view.doubted_sightings).unwrap_or(u32::MAX),
    })
}

/// A rule that a decision breaks.
pub fn breach(breach: Breach) -> pb::Breach {
    pb::Breach {
        rule: breach.as_str().to_owned(),
        words: breach.words().to_owned(),
        conflict: breach.is_conflict(),
    }
}

/// Evidence that waits, with the intents that it may belong to.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn waiting(view: &Waiting) -> Result<pb::Evidence, Error> {
    Ok(pb::Evidence {
        suggestions: view.suggestions.iter().map(suggestion).collect(),
        ..evidence(&view.evidence)?
    })
}

fn suggestion(suggestion: &Suggestion) -> pb::Suggestion {
    pb::Suggestion {
        intent_id: suggestion.intent.id.to_string(),
        order_id: suggestion.intent.order_id.clone(),
        payable: Some(money(suggestion.payable)),
        status: pb::IntentStatus::from(suggestion.intent.status()).into(),
        why: suggestion.why.as_str().to_owned(),
        breaches: suggestion.breaches.iter().copied().map(breach).collect(),
    }
}

fn decision(row: &DecisionRow) -> pb::Decision {
    pb::Decision {
        kind: row.kind.0.as_str().to_owned(),
        actor: row.actor.clone(),
        reason: row.reason.clone().unwrap_or_default(),
        request_id: row.request_id.clone().unwrap_or_default(),
        observation_id: row
            .observation_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        accepted: row.accepted.clone(),
        decided_at: Some(timestamp(row.decided_at)),
    }
}

fn ruling(row: &RulingRow) -> pb::Decision {
    pb::Decision {
        kind: row.kind.0.as_str().to_owned(),
        actor: row.actor.clone(),
        reason: row.reason.clone(),
        request_id: row.request_id.clone(),
        observation_id: row.observation_id.to_string(),
        accepted: row.accepted.clone(),
        decided_at: Some(timestamp(row.decided_at)),
    }
}

fn finding(row: &FindingRow) -> pb::Finding {
    pb::Finding {
        outcome: row.outcome.clone(),
        rung: row
            .rung
            .map_or_else(String::new, |rung| rung.0.as_str().to_owned()),
        reason: row.reason.clone().unwrap_or_default(),
        intent_id: row.intent_id.map(|id| id.to_string()).unwrap_or_default(),
        candidates: row.candidates.iter().map(ToString::to_string).collect(),
        decided_at: Some(timestamp(row.decided_at)),
        joined_to: row.joined_to.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn allocation(row: &AllocationRow) -> pb::Allocation {
    pb::Allocation {
        intent_id: row.intent_id.to_string(),
        kind: row.kind.clone(),
        amount: Some(money(row.amount())),
        rung: row.rung.0.as_str().to_owned(),
        allocated_at: Some(timestamp(row.allocated_at)),
    }
}

fn transition(row: &TransitionRow) -> pb::Transition {
    let status = pb::IntentStatus::from;
    pb::Transition {
        sequence: row.sequence,
        event_type: row.event_type.clone(),
        previous_status: row.previous_status.map_or(0, |word| status(word.0).into()),
        status: status(row.status.0).into(),
        review_reason: row.review_reason.clone().unwrap_or_default(),
        observation_id: row
            .observation_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        at: Some(timestamp(row.at)),
    }
}

fn witness(witness: &Witness) -> pb::Witness {
    pb::Witness {
        source_id: witness.source_id.to_string(),
        counting: witness.counting,
        since: Some(timestamp(witness.since)),
        up_to: witness.up_to.map(timestamp),
    }
}
