//! Requests about intents, read into what the use cases want. Every fault names its field.

use crate::commands::cancel_intent::CancelIntent;
use crate::commands::claim_reference::ClaimReference;
use crate::commands::create_intent::{CreateIntent, IdempotencyKey};
use crate::commands::declare_payer::DeclarePayer;
use crate::config::IntentTtl;
use crate::queries::intents::{Key, ListIntents};
use db::Scope;
use db::idempotency::CredentialClass;
use db::types::JsonText;
use domain::ids::MerchantId;
use domain::text::ShortText;
use domain::{Mode, OrderId, Utr};
use proto::convert::{non_empty, parse_id, parse_money, status_name};
use proto::{Fault, intent as pb};
use rails::vpa::Vpa;
use runtime::internal::CallContext;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::Display;
use tonic::{Request, Status};
use uuid::Uuid;

const DEFAULT_LIMIT: i64 = 50;
const MOST: u32 = 200;
/// A merchant's own object is carried through every event.
const LONGEST_METADATA: usize = 16 * 1024;
/// PostgreSQL's and everybody's JSON parsers recurse.
const DEEPEST_METADATA: usize = 32;
const LONGEST_URL: usize = 2048;
const LONGEST_KEY: usize = 255;

/// The merchant and mode of a scoped call.
pub(super) fn scope<T>(request: &Request<T>) -> Result<Scope, Status> {
    let (merchant, live) = CallContext::of(request)?.tenant()?;
    Ok(Scope {
        merchant: MerchantId::from_uuid(merchant),
        mode: Mode::from_live(live),
    })
}

/// At most as many as a page of a log has.
pub(super) fn observations(asked: &pb::FindByObservationsRequest) -> Result<Vec<Uuid>, Fault> {
    const NAME: &str = "observation_ids";
    if asked.observation_ids.len() > usize::try_from(MOST).unwrap_or(usize::MAX) {
        return Err(Fault::invalid(NAME, format!("must be at most {MOST}")));
    }
    let ids = asked.observation_ids.iter();
    ids.map(|id| parse_id(id, NAME)).collect()
}

/// A fault that goes on from the field's name.
pub(super) fn at<E: Display>(field: &'static str) -> impl Fn(E) -> Fault {
    move |error| Fault::invalid(field, error.to_string())
}

pub(super) fn create_intent(
    asked: &pb::CreateIntentRequest,
    default_ttl: IntentTtl,
) -> Result<CreateIntent, Fault> {
    let order_id = OrderId::parse(&asked.order_id).map_err(at("order_id"))?;
    let amount = parse_money(asked.amount.as_ref(), "amount")?;
    if !amount.is_positive() {
        return Err(Fault::invalid("amount", "must be more than 0"));
    }
    let vpa = non_empty(&asked.upi_vpa).map(Vpa::parse).transpose();
    let ttl = match asked.expires_in_s {
        0 => default_ttl,
        seconds => IntentTtl::from_seconds(seconds).map_err(at("expires_in_s"))?,
    };
    let fingerprint = asked.fingerprint.as_slice().try_into();
    let trace = serde_json::to_string(&runtime::trace::current()).unwrap_or_else(|_| "{}".into());
    Ok(CreateIntent {
        order_id,
        amount,
        vpa: vpa.map_err(at("upi_vpa"))?,
        redirect_url: non_empty(&asked.redirect_url).map(url).transpose()?,
        metadata: non_empty(&asked.metadata_json).map(metadata).transpose()?,
        ttl,
        class: class(asked.credential_class())?,
        fingerprint: fingerprint
            .map_err(|_| Fault::invalid("fingerprint", "must have 32 bytes"))?,
        idempotency: idempotency(&asked.idempotency_key, &asked.route)?,
        trace: JsonText::new(trace),
    })
}

fn class(class: pb::CredentialClass) -> Result<CredentialClass, Fault> {
    match class {
        pb::CredentialClass::Secret => Ok(CredentialClass::Secret),
        pb::CredentialClass::Public => Ok(CredentialClass::Public),
        pb::CredentialClass::Unspecified => {
            Err(Fault::invalid("credential_class", "is missing or unknown"))
        }
    }
}

/// Where the payer is sent afterwards. It ends up in pages and headers: visible ASCII only.
fn url(text: &str) -> Result<String, Fault> {
    let web = text.starts_with("https://") || text.starts_with("http://");
    let fits = text.len() <= LONGEST_URL && text.bytes().all(|b| b.is_ascii_graphic());
    if web && fits {
        Ok(text.to_owned())
    } else {
        let why = "must be an http(s) URL of at most 2048 visible ASCII characters";
        Err(Fault::invalid("redirect_url", why))
    }
}

fn metadata(text: &str) -> Result<JsonText, Fault> {
    let wrong = |why| Err(Fault::invalid("metadata", why));
    if text.len() > LONGEST_METADATA {
        return wrong("must have at most 16384 bytes");
    }
    // Numbers stay as they are written: they are not ours to read.
    if serde_json::from_str::<BTreeMap<String, &RawValue>>(text).is_err() {
        return wrong("must be a JSON object");
    }
    if depth(text) > DEEPEST_METADATA {
        return wrong("must be nested at most 32 deep");
    }
    Ok(JsonText::new(text))
}

/// How deep valid JSON is nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn idempotency(key: &str, route: &str) -> Result<Option<IdempotencyKey>, Fault> {
    if key.is_empty() {
        return Ok(None);
    }
    if key.len() > LONGEST_KEY || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        let why = "must have 1 to 255 visible ASCII characters";
        return Err(Fault::invalid("idempotency_key", why));
    }
    if route.is_empty() {
        return Err(Fault::invalid("route", "is missing"));
    }
    Ok(Some(IdempotencyKey {
        route: route.to_owned(),
        key: key.to_owned(),
    }))
}

pub(super) fn get_key(asked: &pb::GetIntentRequest) -> Result<Key, Fault> {
    use pb::get_intent_request::Key as Wire;
    match &asked.key {
        Some(Wire::Id(id)) => by_id(id),
        Some(Wire::OrderId(order)) => by_order(order),
        None => Err(Fault::invalid("key", "is missing")),
    }
}

pub(super) fn explain_key(asked: &pb::ExplainIntentRequest) -> Result<Key, Fault> {
    use pb::explain_intent_request::Key as Wire;
    match &asked.key {
        Some(Wire::Id(id)) => by_id(id),
        Some(Wire::OrderId(order)) => by_order(order),
        None => Err(Fault::invalid("key", "is missing")),
    }
}

pub(super) fn by_id(id: &str) -> Result<Key, Fault> {
    parse_id(id, "id").map(Key::Id)
}

pub(super) fn by_order(order: &str) -> Result<Key, Fault> {
    OrderId::parse(order)
        .map(Key::Order)
        .map_err(at("order_id"))
}

pub(super) fn list_intents(asked: &pb::ListIntentsRequest) -> Result<ListIntents, Fault> {
    let status = match asked.status {
        0 => None,
        wire => match status_name(wire) {
            Some(status) => Some(status),
            None => return Err(Fault::invalid("status", "is unknown")),
        },
    };
    let before = non_empty(&asked.before_id).map(|id| parse_id(id, "before_id"));
    Ok(ListIntents {
        limit: limit(asked.limit)?,
        status,
        before: before.transpose()?,
    })
}

pub(super) fn limit(limit: u32) -> Result<i64, Fault> {
    match limit {
        0 => Ok(DEFAULT_LIMIT),
        1..=MOST => Ok(i64::from(limit)),
        _ => Err(Fault::invalid("limit", "must be 1 to 200")),
    }
}

pub(super) fn cancel_intent(
    request: &Request<pb::CancelIntentRequest>,
) -> Result<CancelIntent, Status> {
    let asked = request.get_ref();
    let reason = ShortText::non_empty(&asked.reason);
    Ok(CancelIntent {
        id: parse_id(&asked.id, "id")?,
        actor: CallContext::of(request)?.actor.clone(),
        reason: reason.map(|reason| reason.as_str().to_owned()),
    })
}

pub(super) fn claim_reference(asked: &pb::ClaimReferenceRequest) -> Result<ClaimReference, Fault> {
    Ok(ClaimReference {
        intent: parse_id(&asked.intent_id, "intent_id")?,
        utr: Utr::parse(&asked.utr).map_err(at("utr"))?,
    })
}

pub(super) fn declare_payer(asked: &pb::DeclarePayerRequest) -> Result<DeclarePayer, Fault> {
    Ok(DeclarePayer {
        intent: parse_id(&asked.intent_id, "intent_id")?,
        payer: Vpa::parse(&asked.payer_vpa).map_err(at("vpa"))?,
    })
}

#[cfg(test)]
mod tests;
