//! JSON in the one form that JavaScript gives it: `JSON.stringify(JSON.parse(text))`.
//!
//! Receivers of some dialects verify a signature over the bytes that they make anew from the parsed body, others over the
//! bytes that came. Both agree only if the body already has this form: no spaces, every character but those that must be
//! escaped as itself, numbers as JavaScript writes a double, keys that look like array indices first and in order, and of
//! equal keys the last value in the first one's place.

mod read;

#[cfg(test)]
pub(super) mod node;
#[cfg(test)]
pub(super) mod tests;

use std::collections::HashMap;

/// Why a text has no such form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not JSON: unexpected byte at {at}")]
pub(crate) struct NotJson {
    pub(crate) at: usize,
}

/// The text as JavaScript would write it. Nothing here recurses: depth costs memory in proportion, never the stack.
///
/// # Errors
/// `text` is not JSON (RFC 8259).
pub(crate) fn normal(text: &str) -> Result<String, NotJson> {
    let document = read::document(text)?;
    let mut written = String::with_capacity(text.len());
    document.write(&mut written);
    Ok(written)
}

/// Values refer to each other by their places in one list, so that deep ones are also dropped without recursion.
#[derive(Default)]
struct Document {
    values: Vec<Value>,
    root: usize,
}

enum Value {
    /// Written already: a string, a number, a word.
    Scalar(String),
    Array(Vec<usize>),
    Object(Members),
}

/// Of an object: written keys and the places of their values, in order of first appearance.
#[derive(Default)]
struct Members {
    members: Vec<(String, usize)>,
    places: HashMap<String, usize>,
}

impl Members {
    /// Written strings are equal exactly where the strings are: each has one written form.
    fn insert(&mut self, key: String, value: usize) {
        if let Some(member) = self
            .places
            .get(&key)
            .and_then(|place| self.members.get_mut(*place))
        {
            member.1 = value;
        } else {
            self.places.insert(key.clone(), self.members.len());
            self.members.push((key, value));
        }
    }

    /// In the order in which JavaScript enumerates them.
    fn in_order(&self) -> impl DoubleEndedIterator<Item = (&str, usize)> {
        let (mut indices, mut names) = (Vec::new(), Vec::new());
        for (key, value) in &self.members {
            match array_index(key) {
                Some(index) => indices.push((index, (key.as_str(), *value))),
                None => names.push((key.as_str(), *value)),
            }
        }
        indices.sort_unstable_by_key(|(index, _)| *index);
        indices.into_iter().map(|(_, member)| member).chain(names)
    }
}

/// Of a written key: what ECMAScript calls an array index, 0 to 2³² − 2 without leading zeros.
fn array_index(written: &str) -> Option<u32> {
    let key = written.strip_prefix('"')?.strip_suffix('"')?;
    let plain = key.bytes().all(|b| b.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    let index = plain.then(|| key.parse().ok()).flatten()?;
    (index != u32::MAX).then_some(index)
}

enum Step<'a> {
    Value(usize),
    Text(&'a str),
}

impl Document {
    fn add(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len() - 1
    }

    fn write(&self, out: &mut String) {
        // What is to be written, the next last.
        let mut steps = vec![Step::Value(self.root)];
        while let Some(step) = steps.pop() {
            let value = match step {
                Step::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Step::Value(place) => self.values.get(place),
            };
            match value {
                Some(Value::Scalar(text)) => out.push_str(text),
                Some(Value::Array(items)) => {
                    out.push('[');
                    steps.push(Step::Text("]"));
                    for (place, item) in items.iter().enumerate().rev() {
                        steps.push(Step::Value(*item));
                        if place > 0 {
                            steps.push(Step::Text(","));
                        }
                    }
                }
                Some(Value::Object(members)) => {
                    out.push('{');
                    steps.push(Step::Text("}"));
                    let mut first = steps.len();
                    for (key, value) in members.in_order().rev() {
                        steps.extend([Step::Value(value), Step::Text(":"), Step::Text(key)]);
                        first = steps.len();
                        steps.push(Step::Text(","));
                    }
                    // No comma before the first member, which was pushed last.
                    steps.truncate(first);
                }
                None => {}
            }
        }
    }
}
