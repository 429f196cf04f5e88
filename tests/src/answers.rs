//! What the demo merchant asks and is answered.

use domain::Money;
use serde_json::Value;

/// The demo merchant, whose ids and secrets are known (development only).
pub const MERCHANT: &str = "550e8400-e29b-41d4-a716-446655440000";
/// The demo merchant in test mode.
pub const SCOPE: &str = "merchant_id=550e8400-e29b-41d4-a716-446655440000&mode=test";

/// The same for a body.
pub fn scoped(mut body: Value) -> Value {
    body["merchant_id"] = MERCHANT.into();
    body["mode"] = "test".into();
    body
}

/// An amount of an answer, exactly.
pub fn money(number: &Value) -> Money {
    Money::parse_json_number(&number.to_string(), domain::Currency::Inr).expect("an amount")
}

/// The reference code in a payment URI's `tn`.
pub fn code_of(intent: &Value) -> String {
    let uri = intent["payment_uri"].as_str().expect("a URI");
    let note = uri.split("&tn=").nth(1).expect("a note");
    note.split('&').next().unwrap_or(note).to_owned()
}

/// The items of a list answer.
pub fn list(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items,
        Value::Object(members) => members
            .into_iter()
            .find_map(|(_, value)| match value {
                Value::Array(items) => Some(items),
                _ => None,
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The id of what was made.
pub(crate) fn id_of(answer: &Value) -> String {
    let id = answer["id"].as_str().or_else(|| {
        let members = answer.as_object()?;
        members.values().find_map(|m| m["id"].as_str())
    });
    id.unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}

/// The last lines of a log.
pub(crate) fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
