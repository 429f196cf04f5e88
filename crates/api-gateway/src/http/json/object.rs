use super::syntax;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON object whose members are still text.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    members: Vec<(String, &'a RawValue)>,
}

/// A member's value by its kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// As written: exact.
    Number(&'a str),
    String(String),
    /// An array or an object, as written.
    Nested(&'a str),
}

/// Why a body is no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Not JSON, from this byte on.
    Syntax {
        offset: usize,
        why: String,
    },
    /// `NaN` or `Infinity` where JSON has no such number, in this member.
    NotFinite {
        member: String,
        text: &'static str,
    },
    NotAnObject,
    /// This member stands there twice.
    Twice(String),
}

impl<'a> Object<'a> {
    /// Reads a whole body.
    ///
    /// # Errors
    /// [`Malformed`].
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(body).map_err(|e| Malformed::Syntax {
            offset: e.valid_up_to(),
            why: "is not UTF-8".to_owned(),
        })?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| syntax::explain(text, &e))?;
        if !raw.get().starts_with('{') {
            return Err(Malformed::NotAnObject);
        }
        let mut json = serde_json::Deserializer::from_str(raw.get());
        let members = json
            .deserialize_map(Members)
            .map_err(|e| syntax::explain(raw.get(), &e))?;
        if let Some(name) = first_repeated(&members) {
            return Err(Malformed::Twice(name));
        }
        Ok(Self { members })
    }

    /// A member's text, as written. `null` is like a member that is not there.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        let (_, raw) = self.members.iter().find(|(n, _)| n == name)?;
        Some(raw.get()).filter(|text| *text != "null")
    }

    /// Whether the member is there, even as `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(n, _)| n == name)
    }

    /// A member's value; [`Value::Null`] if it is not there.
    pub(crate) fn value(&self, name: &str) -> Value<'a> {
        let Some(raw) = self.raw(name) else {
            return Value::Null;
        };
        match raw.as_bytes().first() {
            Some(b'"') => match serde_json::from_str(raw) {
                Ok(text) => Value::String(text),
                // A lone surrogate: text that no string can hold.
                Err(_) => Value::Nested(raw),
            },
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'{' | b'[') => Value::Nested(raw),
            _ => Value::Number(raw),
        }
    }
}

fn first_repeated(members: &[(String, &RawValue)]) -> Option<String> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
        .array_windows()
        .find_map(|[a, b]| (a == b).then(|| (*a).to_owned()))
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
