//! `CloudEvents` 1.0 (JSON event format), and the table from type to schema.

use super::{Event, IntentEvent, MerchantChange, RefundEvent};
use crate::ids::EventId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Who may say what. Written as the event's `source`, checked against the broker's validated user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Producer {
    ApiGateway,
    IntentService,
    ImapVerifier,
    WebhookDispatcher,
}

impl Producer {
    pub const ALL: [Self; 4] = [
        Self::ApiGateway,
        Self::IntentService,
        Self::ImapVerifier,
        Self::WebhookDispatcher,
    ];

    /// The service's name: its broker user, and the last part of `source`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiGateway => "api-gateway",
            Self::IntentService => "intent-service",
            Self::ImapVerifier => "imap-verifier",
            Self::WebhookDispatcher => "webhook-dispatcher",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Whether events of this type may come from this producer.
    pub fn may_publish(self, event_type: &str) -> bool {
        let family = event_type.split('.').next().unwrap_or_default();
        match self {
            Self::ApiGateway => matches!(family, "merchant" | "user"),
            Self::IntentService => matches!(family, "intent" | "refund" | "account"),
            Self::ImapVerifier => matches!(family, "observation" | "mail"),
            Self::WebhookDispatcher => family == "webhook",
        }
    }
}

/// An event with its envelope.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Stable over every redelivery; consumers remember it.
    pub id: EventId,
    pub producer: Producer,
    /// The installation's clock at the cause.
    pub time: Timestamp,
    pub event: Event,
}

/// Why bytes are not an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("is not a CloudEvents 1.0 JSON object: {0}")]
    Envelope(#[source] serde_json::Error),
    #[error("specversion {0:?} is not 1.0")]
    SpecVersion(String),
    #[error("source {0:?} is not one of ours")]
    Source(String),
    #[error("type {0:?} with schema {1:?} is not known")]
    Type(String, String),
    #[error("{1} may not publish {0}")]
    Producer(String, &'static str),
    #[error("data does not fit its schema: {0}")]
    Data(#[source] serde_json::Error),
}

const SOURCE_PREFIX: &str = "/noxpay/";

#[derive(Serialize)]
struct Outgoing<'a, T> {
    specversion: &'static str,
    id: EventId,
    source: String,
    #[serde(rename = "type")]
    kind: &'a str,
    subject: String,
    time: Timestamp,
    datacontenttype: &'static str,
    dataschema: &'a str,
    data: &'a T,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    specversion: String,
    id: EventId,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    time: Timestamp,
    dataschema: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Event {
    /// The event type, which is also the routing key.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Intent(kind, _) => kind.as_str(),
            Self::Refund(kind, _) => kind.as_str(),
            Self::ObservationRecorded(_) => "observation.recorded",
            Self::ObservationDoubted(_) => "observation.doubted",
            Self::MailWatermark(_) => "mail.watermark",
            Self::MailSourceChanged(_) => "mail.source_changed",
            Self::AccountMeasured(_) => "account.measured",
            Self::Merchant(change, _) => change.as_str(),
            Self::UserAuthenticated(_) => "user.authenticated",
            Self::EndpointDisabled(_) => "webhook.endpoint_disabled",
        }
    }

    /// Name and version of the data's schema. A change that a reader could stumble over takes a new version.
    pub const fn schema(&self) -> &'static str {
        match self {
            Self::Intent(..) => "noxpay:intent:1",
            Self::Refund(..) => "noxpay:refund:1",
            Self::ObservationRecorded(_) => "noxpay:observation:1",
            Self::ObservationDoubted(_) => "noxpay:observation.doubted:1",
            Self::MailWatermark(_) => "noxpay:mail.watermark:1",
            Self::MailSourceChanged(_) => "noxpay:mail.source_changed:1",
            Self::AccountMeasured(_) => "noxpay:account.measured:1",
            Self::Merchant(..) => "noxpay:merchant:1",
            Self::UserAuthenticated(_) => "noxpay:user.authenticated:1",
            Self::EndpointDisabled(_) => "noxpay:webhook.endpoint_disabled:1",
        }
    }

    /// The object that the event is about.
    pub fn subject(&self) -> String {
        match self {
            Self::Intent(_, snapshot) => snapshot.intent_id.to_string(),
            Self::Refund(_, snapshot) => snapshot.refund_id.to_string(),
            Self::ObservationRecorded(o) => o.observation_id.to_string(),
            Self::ObservationDoubted(d) => d.source_id.to_string(),
            Self::MailWatermark(w) => w.source_id.to_string(),
            Self::MailSourceChanged(c) => c.source_id.to_string(),
            Self::AccountMeasured(a) => a.account_id.to_string(),
            Self::Merchant(_, m) => m.merchant_id.to_string(),
            Self::UserAuthenticated(s) => s.session_id.to_string(),
            Self::EndpointDisabled(e) => e.endpoint_id.to_string(),
        }
    }
}

impl Envelope {
    /// A new event of `producer` at the clock's `time`.
    pub fn new(producer: Producer, time: Timestamp, event: Event) -> Self {
        Self {
            id: EventId::new(),
            producer,
            time,
            event,
        }
    }

    /// The bytes for the bus.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        match &self.event {
            Event::Intent(_, data) => self.write(data),
            Event::Refund(_, data) => self.write(data),
            Event::ObservationRecorded(data) => self.write(data),
            Event::ObservationDoubted(data) => self.write(data),
            Event::MailWatermark(data) => self.write(data),
            Event::MailSourceChanged(data) => self.write(data),
            Event::AccountMeasured(data) => self.write(data),
            Event::Merchant(_, data) => self.write(data),
            Event::UserAuthenticated(data) => self.write(data),
            Event::EndpointDisabled(data) => self.write(data),
        }
    }

    fn write<T: Serialize>(&self, data: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Outgoing {
            specversion: "1.0",
            id: self.id,
            source: format!("{SOURCE_PREFIX}{}", self.producer.name()),
            kind: self.event.kind(),
            subject: self.event.subject(),
            time: self.time,
            datacontenttype: "application/json",
            dataschema: self.event.schema(),
            data,
        })
    }

    /// Reads bytes from the bus. An error means that this content can never be handled by this version.
    pub fn from_json(json: &[u8]) -> Result<Self, EventError> {
        let raw: Incoming<'_> = serde_json::from_slice(json).map_err(EventError::Envelope)?;
        if raw.specversion != "1.0" {
            return Err(EventError::SpecVersion(raw.specversion));
        }
        let producer = raw
            .source
            .strip_prefix(SOURCE_PREFIX)
            .and_then(Producer::parse)
            .ok_or(EventError::Source(raw.source))?;
        if !producer.may_publish(&raw.kind) {
            return Err(EventError::Producer(raw.kind, producer.name()));
        }
        let event = parse_data(&raw.kind, &raw.dataschema, raw.data.get())?;
        Ok(Self {
            id: raw.id,
            producer,
            time: raw.time,
            event,
        })
    }
}

fn parse_data(kind: &str, schema: &str, data: &str) -> Result<Event, EventError> {
    fn read<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, EventError> {
        serde_json::from_str(data).map_err(EventError::Data)
    }
    if let (Some(intent), "noxpay:intent:1") = (IntentEvent::parse(kind), schema) {
        return Ok(Event::Intent(intent, Box::new(read(data)?)));
    }
    if let (Some(refund), "noxpay:refund:1") = (RefundEvent::parse(kind), schema) {
        return Ok(Event::Refund(refund, Box::new(read(data)?)));
    }
    if let (Some(change), "noxpay:merchant:1") = (MerchantChange::parse(kind), schema) {
        return Ok(Event::Merchant(change, read(data)?));
    }
    match (kind, schema) {
        ("observation.recorded", "noxpay:observation:1") => {
            Ok(Event::ObservationRecorded(Box::new(read(data)?)))
        }
        ("observation.doubted", "noxpay:observation.doubted:1") => {
            Ok(Event::ObservationDoubted(read(data)?))
        }
        ("account.measured", "noxpay:account.measured:1") => {
            Ok(Event::AccountMeasured(read(data)?))
        }
        ("user.authenticated", "noxpay:user.authenticated:1") => {
            Ok(Event::UserAuthenticated(Box::new(read(data)?)))
        }
        ("webhook.endpoint_disabled", "noxpay:webhook.endpoint_disabled:1") => {
            Ok(Event::EndpointDisabled(read(data)?))
        }
        ("mail.watermark", "noxpay:mail.watermark:1") => Ok(Event::MailWatermark(read(data)?)),
        ("mail.source_changed", "noxpay:mail.source_changed:1") => {
            Ok(Event::MailSourceChanged(read(data)?))
        }
        _ => Err(EventError::Type(kind.to_owned(), schema.to_owned())),
    }
}
