//! The bodies that forwarders post.

use super::fields::{self, Member};
use super::{Message, salvage};
use proto::Fault;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use url::form_urlencoded;

/// Apps send one, or what waited while they were offline.
const MOST: usize = 100;

/// What a body holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Without those that have no text, or are about something else than a message.
    Messages(Vec<Message>),
    /// A sign of life.
    Ping,
}

/// # Errors
/// `Invalid` about the body: no text, or more messages than anybody sends at once.
pub(crate) fn parse(content_type: &str, body: &[u8]) -> Result<Payload, Fault> {
    let invalid = |why: &str| Fault::invalid("body", why);
    let text = std::str::from_utf8(body).map_err(|_| invalid("is not text (UTF-8)"))?;
    if text.contains('\0') {
        return Err(invalid("is not text"));
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(invalid("is empty"));
    }
    if content_type
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
        && !text.starts_with(['{', '['])
    {
        let members: Vec<Member<'_>> = form_urlencoded::parse(text.as_bytes()).collect();
        return Ok(Payload::Messages(
            fields::message(&members).into_iter().collect(),
        ));
    }
    match text.chars().next() {
        Some('[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(all) if all.len() > MOST => {
                Err(invalid("holds more than 100 messages: send fewer at once"))
            }
            Ok(all) => batch(&all),
            Err(_) => Ok(Payload::Messages(vec![plain(text)])),
        },
        Some('{') => match serde_json::from_str::<Members<'_>>(text) {
            Ok(object) => Ok(of_object(&object)),
            Err(_) => {
                let message = salvage::message(text).unwrap_or_else(|| plain(text));
                Ok(Payload::Messages(vec![message]))
            }
        },
        _ => Ok(Payload::Messages(vec![plain(text)])),
    }
}

fn batch(all: &[&RawValue]) -> Result<Payload, Fault> {
    let mut messages = Vec::with_capacity(all.len());
    for one in all {
        if let Ok(object) = serde_json::from_str::<Members<'_>>(one.get())
            && let Payload::Messages(found) = of_object(&object)
        {
            messages.extend(found);
        }
    }
    Ok(Payload::Messages(messages))
}

/// A text alone, perhaps with a first line that names its sender.
fn plain(text: &str) -> Message {
    let named = || {
        let (first, rest) = text.split_once('\n')?;
        let (name, sender) = first.split_once(':')?;
        let is_sender = ["from", "sender"]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name.trim()));
        is_sender.then(|| (sender.trim(), rest.trim()))
    };
    let (sender, text) = named().unwrap_or(("", text));
    Message {
        sender: sender.to_owned(),
        text: text.to_owned(),
        ..Message::default()
    }
}

/// Members in their order, also such as stand there twice.
struct Members<'v>(Vec<(Cow<'v, str>, &'v RawValue)>);

impl<'v> Members<'v> {
    fn get(&self, name: &str) -> Option<&'v str> {
        let (_, raw) = self.0.iter().find(|(n, _)| n == name)?;
        Some(raw.get())
    }

    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?).ok()
    }

    fn object(&self, name: &str) -> Option<Members<'v>> {
        serde_json::from_str(self.get(name)?).ok()
    }

    /// Strings, numbers and truth values as text.
    fn scalars(&self) -> Vec<Member<'v>> {
        let scalar = |raw: &'v RawValue| match raw.get() {
            text if text.starts_with('"') => {
                serde_json::from_str::<String>(text).ok().map(Cow::Owned)
            }
            text if text.starts_with(['{', '[', 'n']) => None,
            text => Some(Cow::Borrowed(text)),
        };
        self.0
            .iter()
            .filter_map(|(name, raw)| Some((name.clone(), scalar(raw)?)))
            .collect()
    }
}

impl<'de: 'v, 'v> Deserialize<'de> for Members<'v> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(name), value));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object).map(Members)
    }
}

/// Flat, as `CloudEvents` (httpSMS), or with a payload (`SMSGate`).
fn of_object(object: &Members<'_>) -> Payload {
    let event = object.text("type").or_else(|| object.text("event"));
    let event = event.unwrap_or_default();
    if event == "system:ping" || event.contains("heartbeat") {
        return Payload::Ping;
    }
    let nested = if object.get("specversion").is_some() {
        Some((object.object("data"), event == "message.phone.received"))
    } else if object.get("payload").is_some() {
        Some((object.object("payload"), event == "sms:received"))
    } else {
        None
    };
    let found = match nested {
        None => fields::message(&object.scalars()),
        Some((Some(inner), true)) => fields::message(&inner.scalars()).map(|message| Message {
            // The event's own, where the message's is none.
            id: message.id.or_else(|| object.text("id")),
            ..message
        }),
        Some(_) => None,
    };
    Payload::Messages(found.into_iter().collect())
}

#[cfg(test)]
mod tests;
