//! Requests about decisions, read into what the use case wants. Every fault names its field.

use super::parse::{at, by_id, by_order};
use crate::commands::decide::{Asked, Authority, Word};
use crate::queries::intents::Key;
use crate::queries::unmatched::State;
use domain::breach::Breach;
use domain::text::Reason;
use proto::convert::{non_empty, parse_id};
use proto::{Fault, intent as pb};
use runtime::internal::CallContext;
use std::collections::BTreeSet;
use tonic::{Request, Status};

const LONGEST_KEY: usize = 255;

pub(super) fn decide_intent(
    request: &Request<pb::DecideIntentRequest>,
) -> Result<(Asked, Word), Status> {
    use pb::IntentDecision as D;
    use pb::decide_intent_request::Key as Wire;
    let asked = request.get_ref();
    let key = match &asked.key {
        Some(Wire::Id(id)) => by_id(id)?,
        Some(Wire::OrderId(order)) => by_order(order)?,
        None => return Err(Fault::invalid("key", "is missing").into()),
    };
    let decision = match asked.decision() {
        D::Unspecified => return Err(Fault::invalid("decision", "is missing").into()),
        D::Approve => Asked::Approve(key),
        D::Reject => Asked::Reject(key),
        D::RefundDue => Asked::RefundDue(key),
        D::Reverse => Asked::Reverse(key),
    };
    Ok((decision, word(request, asked.word.as_ref())?))
}

pub(super) fn decide_observation(
    request: &Request<pb::DecideObservationRequest>,
) -> Result<(Asked, Word), Status> {
    use pb::ObservationDecision as D;
    let asked = request.get_ref();
    let id = parse_id(&asked.observation_id, "observation_id")?;
    let decision = match asked.decision() {
        D::Unspecified => return Err(Fault::invalid("decision", "is missing").into()),
        D::Match => Asked::Match(id, matched(asked)?),
        D::Dismiss => Asked::Dismiss(id),
        D::RefundDue => Asked::GiveBack(id),
        D::Restore => Asked::Restore(id),
    };
    Ok((decision, word(request, asked.word.as_ref())?))
}

fn matched(asked: &pb::DecideObservationRequest) -> Result<Key, Fault> {
    use pb::decide_observation_request::Intent as Wire;
    match &asked.intent {
        Some(Wire::IntentId(id)) => parse_id(id, "intent_id").map(Key::Id),
        Some(Wire::OrderId(order)) => by_order(order),
        None => Err(Fault::invalid("intent_id", "is missing")),
    }
}

fn word<T>(request: &Request<T>, word: Option<&pb::Word>) -> Result<Word, Status> {
    let context = CallContext::of(request)?;
    let word = word.ok_or_else(|| Fault::invalid("word", "is missing"))?;
    let fingerprint = word.fingerprint.as_slice().try_into();
    let fingerprint =
        fingerprint.map_err(|_| Fault::invalid("fingerprint", "must have 32 bytes"))?;
    Ok(Word {
        actor: context.actor.clone(),
        request_id: context.request_id.clone(),
        authority: authority(word.authority())?,
        reason: Reason::parse(&word.reason).map_err(at("reason"))?,
        accept: accept(&word.accept)?,
        fingerprint,
        idempotency: idempotency(word)?,
    })
}

fn authority(authority: pb::Authority) -> Result<Authority, Fault> {
    match authority {
        pb::Authority::Unspecified => Err(Fault::invalid("authority", "is missing or unknown")),
        pb::Authority::Key => Ok(Authority::Key),
        pb::Authority::Owner => Ok(Authority::Owner),
    }
}

fn accept(rules: &[String]) -> Result<BTreeSet<Breach>, Fault> {
    let known = |rule: &String| {
        Breach::parse(rule).ok_or_else(|| {
            let all = Breach::ALL.map(Breach::as_str).join(", ");
            Fault::invalid("accept", format!("names a rule that is none of {all}"))
        })
    };
    rules.iter().map(known).collect()
}

fn idempotency(word: &pb::Word) -> Result<Option<(String, String)>, Fault> {
    let Some(key) = non_empty(&word.idempotency_key) else {
        return Ok(None);
    };
    if key.len() > LONGEST_KEY {
        return Err(Fault::invalid(
            "idempotency_key",
            "must have at most 255 bytes",
        ));
    }
    Ok(Some((key.to_owned(), word.route.clone())))
}

pub(super) fn state(text: &str) -> Result<State, Fault> {
    match text {
        "" | "open" => Ok(State::Open),
        "refund_due" => Ok(State::RefundDue),
        _ => Err(Fault::invalid("state", "must be open or refund_due")),
    }
}
