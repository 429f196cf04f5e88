//! What stands on the wire beside an event: properties and headers, and what they prove.

use std::time::{Duration, SystemTime};

use domain::event::{Envelope, Producer};
use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable, ShortString},
};
use runtime::TraceContext;

/// Why a service could never handle the message.
const REASON: &str = "x-noxpay-reason";
/// When it was put aside, in unix seconds.
const DIED_AT: &str = "x-noxpay-died-at";
/// The validated user of the first publisher, written by the service that put the message aside or took it back.
const ORIGIN: &str = "x-noxpay-origin";
/// Written by the broker where it moved the message itself, when the delivery limit was reached.
const BROKER_DEATHS: &str = "x-death";
const BROKER_REASON: &str = "x-first-death-reason";

const CONTENT_TYPE: &str = "application/cloudevents+json";
const PERSISTENT: u8 = 2;
/// Longer reasons are cut: a header should stay readable in a list.
const LONGEST_REASON: usize = 500;

/// The properties of a new event.
pub(crate) fn of_event(
    service: Producer,
    event_id: &str,
    event_type: &str,
    trace: &TraceContext,
) -> BasicProperties {
    let mut headers = FieldTable::default();
    for (name, value) in trace.pairs() {
        headers.insert(name.into(), text(value));
    }
    BasicProperties::default()
        .with_message_id(short(event_id))
        .with_type(short(event_type))
        .with_content_type(CONTENT_TYPE.into())
        .with_delivery_mode(PERSISTENT)
        .with_user_id(service.name().into())
        .with_headers(headers)
}

/// The properties of a message that `service` puts aside, for `reason`.
pub(crate) fn of_dead(service: Producer, old: &BasicProperties, reason: &str) -> BasicProperties {
    let reason: String = reason.chars().take(LONGEST_REASON).collect();
    let (properties, mut headers) = handed_on(service, old);
    headers.insert(REASON.into(), text(&reason));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or(Duration::ZERO).as_secs();
    headers.insert(DIED_AT.into(), AMQPValue::Timestamp(now));
    properties.with_headers(headers)
}

/// The properties of a message that `service` takes back from its dead-letter queue.
pub(crate) fn of_replayed(service: Producer, old: &BasicProperties) -> BasicProperties {
    let (properties, headers) = handed_on(service, old);
    properties.with_headers(headers)
}

/// What stays when `service` publishes a message again under its own name: its identity, its trace, and who said it.
fn handed_on(service: Producer, old: &BasicProperties) -> (BasicProperties, FieldTable) {
    let mut headers = FieldTable::default();
    for (name, value) in trace(old).pairs() {
        headers.insert(name.into(), text(value));
    }
    // Written even where it is nobody, so that the message never passes for our own.
    headers.insert(
        ORIGIN.into(),
        text(origin(service, old).unwrap_or_default()),
    );
    let id = old.message_id().clone();
    // Without an id it could be neither named in a list nor recognised when the broker returns it.
    let id = id.unwrap_or_else(|| short(&uuid::Uuid::now_v7().to_string()));
    let mut properties = BasicProperties::default()
        .with_message_id(id)
        .with_delivery_mode(PERSISTENT)
        .with_user_id(service.name().into());
    if let Some(kind) = old.kind() {
        properties = properties.with_type(kind.clone());
    }
    if let Some(content_type) = old.content_type() {
        properties = properties.with_content_type(content_type.clone());
    }
    (properties, headers)
}

/// Who said it first, as far as the broker vouches for it, seen by `service`.
///
/// The broker checks that `user_id` is the connection's user, so that it cannot be forged. A message that carries our
/// own name is one that we put aside or took back: then our own note says who said it first. A note on anybody else's
/// message is worth nothing.
fn origin(service: Producer, properties: &BasicProperties) -> Option<&str> {
    let user = properties.user_id().as_ref().map(ShortString::as_str)?;
    if user == service.name() {
        let origin = header(properties, ORIGIN).unwrap_or(user);
        Some(origin).filter(|origin| !origin.is_empty())
    } else {
        Some(user)
    }
}

/// Reads an event that reached `service`.
///
/// # Errors
/// Why this content can never be handled. It may quote the content.
pub(crate) fn decode(
    service: Producer,
    properties: &BasicProperties,
    body: &[u8],
) -> Result<Envelope, String> {
    let envelope = Envelope::from_json(body).map_err(|error| error.to_string())?;
    let said_by = envelope.producer.name();
    match origin(service, properties) {
        Some(user) if user == said_by => Ok(envelope),
        Some(user) => Err(format!(
            "claims to be said by {said_by} but was published by {user}"
        )),
        None => Err(format!(
            "claims to be said by {said_by} but the broker vouches for nobody"
        )),
    }
}

pub(crate) fn trace(properties: &BasicProperties) -> TraceContext {
    TraceContext::extract(|name| header(properties, name))
}

/// Why the message was put aside, by us or by the broker.
pub(crate) fn reason(properties: &BasicProperties) -> String {
    let reason = header(properties, REASON).or_else(|| header(properties, BROKER_REASON));
    reason.unwrap_or("unknown").to_owned()
}

/// When the message was put aside, by us or by the broker, in unix seconds.
pub(crate) fn died_at(properties: &BasicProperties) -> Option<u64> {
    let headers = properties.headers().as_ref()?.inner();
    let ours = headers.get(DIED_AT).and_then(AMQPValue::as_timestamp);
    ours.or_else(|| {
        let deaths = headers.get(BROKER_DEATHS)?.as_array()?;
        let last = deaths.as_slice().first()?.as_field_table()?;
        last.inner().get("time")?.as_timestamp()
    })
}

fn header<'a>(properties: &'a BasicProperties, name: &str) -> Option<&'a str> {
    let value = properties.headers().as_ref()?.inner().get(name)?;
    std::str::from_utf8(value.as_long_string()?.as_bytes()).ok()
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

/// AMQP's short strings hold 255 bytes; ids and types are far shorter, and what is not becomes nothing.
fn short(value: &str) -> ShortString {
    ShortString::try_new(value).unwrap_or_default()
}
