//! The body of a decision: `{reason, accept?, intent?}`.

use crate::http::json::{Malformed, Object, Value};
use crate::intents::IntentKey;
use domain::breach::Breach;
use domain::text::Reason;
use std::collections::BTreeSet;

/// What a person said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub reason: Reason,
    /// The rules that are broken knowingly.
    pub accept: BTreeSet<Breach>,
    /// Of a match: the intent by its id or its order id.
    pub intent: Option<IntentKey>,
}

/// Why a body is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Malformed(String),
    /// The words go on from the field's name.
    Field {
        name: String,
        why: String,
    },
}

impl Said {
    /// Reads a body. `matches`: it must name an intent.
    ///
    /// # Errors
    /// [`Wrong`].
    pub(crate) fn parse(body: &[u8], matches: bool) -> Result<Self, Wrong> {
        let text: &[u8] = if body.trim_ascii().is_empty() {
            b"{}"
        } else {
            body
        };
        let object = Object::parse(text)?;
        let reason = Reason::parse(&text_of(&object, "reason")?)
            .map_err(|error| field("reason", error.to_string()))?;
        let intent = if matches {
            let named = text_of(&object, "intent")?;
            let key = IntentKey::parse(named.trim());
            Some(key.ok_or_else(|| field("intent", "must be an intent's id or an order id"))?)
        } else {
            None
        };
        Ok(Self {
            reason,
            accept: accept(&object)?,
            intent,
        })
    }

    /// The same for every form of the same body.
    pub(super) fn canonical(&self) -> Vec<u8> {
        let accept: Vec<&str> = self.accept.iter().map(|b| b.as_str()).collect();
        let intent = match &self.intent {
            None => String::new(),
            Some(IntentKey::Id(id)) => id.to_string(),
            Some(IntentKey::Order(order)) => order.as_str().to_owned(),
        };
        serde_json::json!([self.reason.as_str(), accept, intent])
            .to_string()
            .into_bytes()
    }
}

impl Wrong {
    /// `why` goes on from the name: "must have 3 to 100 letters".
    pub(crate) fn field(name: &str, why: impl std::fmt::Display) -> Self {
        field(name, why.to_string())
    }
}

fn text_of(object: &Object<'_>, name: &str) -> Result<String, Wrong> {
    match object.value(name) {
        Value::Null => Err(field(name, "is missing")),
        Value::String(text) => Ok(text),
        _ => Err(field(name, "must be a string")),
    }
}

fn accept(object: &Object<'_>) -> Result<BTreeSet<Breach>, Wrong> {
    const NAME: &str = "accept";
    let texts: Vec<String> = match object.value(NAME) {
        Value::Null => Vec::new(),
        Value::Nested(raw) => {
            serde_json::from_str(raw).map_err(|_| field(NAME, "must be an array of strings"))?
        }
        _ => return Err(field(NAME, "must be an array of strings")),
    };
    let known = |text: &String| {
        Breach::parse(text).ok_or_else(|| {
            let all = Breach::ALL.map(Breach::as_str).join(", ");
            field(NAME, format!("names a rule that is none of {all}"))
        })
    };
    texts.iter().map(known).collect()
}

fn field(name: &str, why: impl Into<String>) -> Wrong {
    Wrong::Field {
        name: name.to_owned(),
        why: why.into(),
    }
}

impl From<Malformed> for Wrong {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Syntax { offset, why } => {
                Self::Malformed(format!("the body is not JSON: {why} (byte {offset})"))
            }
            Malformed::NotFinite { member, .. } => field(&member, "is not a number"),
            Malformed::NotAnObject => Self::Malformed("the body is not a JSON object".to_owned()),
            Malformed::Twice(member) => field(&member, "stands there twice"),
        }
    }
}
