//! What a correct reader gets out of a file, and how a line differs from it.

use super::Line;
use crate::facts::Kind;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A `.json` file beside an `.eml` of the same name. Keys that it lacks are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub(super) kind: Kind,
    pub(super) authentic: Option<bool>,
    values: Map<String, Value>,
}

/// The file is no expectation.
#[derive(Debug, thiserror::Error)]
#[error("not an expectation: {0}")]
pub struct ExpectationError(#[from] serde_json::Error);

/// Facts that are compared for a credit. A debit or other is compared by its kind alone.
const FACTS: [&str; 10] = [
    "amount_paise",
    "currency",
    "utr",
    "payer_vpa",
    "payer_name",
    "account_tail",
    "note",
    "occurred_at",
    "occurred_on",
    "other_ref",
];

impl Expectation {
    pub fn parse(json: &str) -> Result<Self, ExpectationError> {
        #[derive(Deserialize)]
        struct Head {
            kind: Kind,
            authentic: Option<bool>,
        }
        let Head { kind, authentic } = serde_json::from_str(json)?;
        Ok(Self {
            kind,
            authentic,
            values: serde_json::from_str(json)?,
        })
    }

    /// The setting of the mailbox that the mail lies in.
    pub(super) fn authserv_id(&self) -> Option<&str> {
        self.values.get("auth")?.get("authserv_id")?.as_str()
    }

    /// Whether the line has the value that is expected, where one is.
    pub(super) fn agrees(&self, line: &Map<String, Value>, key: &str) -> bool {
        self.values
            .get(key)
            .is_none_or(|expected| line.get(key) == Some(expected))
    }
}

/// One key that is not as expected. Shown as `file: key: expected → got`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub file: String,
    pub key: &'static str,
    /// JSON.
    pub expected: String,
    /// JSON.
    pub got: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}: {} → {}",
            self.file, self.key, self.expected, self.got
        )
    }
}

pub(super) fn differences(expected: &Expectation, line: &Line) -> Vec<Difference> {
    let got = as_map(line);
    let facts = if expected.kind == Kind::Credit {
        FACTS.as_slice()
    } else {
        &[]
    };
    let keys = ["kind", "bank", "authentic"].iter().chain(facts);
    let differing = keys.filter(|key| !expected.agrees(&got, key));
    let json = |map: &Map<String, Value>, key: &str| {
        map.get(key)
            .map_or_else(|| "null".to_owned(), Value::to_string)
    };
    differing
        .map(|key| Difference {
            file: line.file.clone(),
            key,
            expected: json(&expected.values, key),
            got: json(&got, key),
        })
        .collect()
}

pub(super) fn as_map(line: &Line) -> Map<String, Value> {
    match serde_json::to_value(line) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}
