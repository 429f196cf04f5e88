//! JSON that a user's template broke: quotes and line breaks of the text stand in it as they are.

use super::Message;
use super::fields::{self, Member};
use regex::Regex;
use std::sync::LazyLock;

/// A member up to the next one that is written as such, or to the end of the object.
static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[{,]\s*"([A-Za-z_]{1,20})"\s*:\s*"?"#)
        .expect("constant pattern, compiled by a test")
});

/// What can be told of an object that is none. `None` without a text. No app is believed from one.
pub(super) fn message(broken: &str) -> Option<Message> {
    let broken = broken.trim();
    let inner = broken.strip_suffix('}').unwrap_or(broken);
    let found: Vec<_> = MEMBER.captures_iter(inner).collect();
    let mut members: Vec<Member<'_>> = Vec::with_capacity(found.len());
    for (at, member) in found.iter().enumerate() {
        let (whole, name) = (member.get(0)?, member.get(1)?);
        let end = found.get(at + 1).and_then(|m| m.get(0));
        let value = inner.get(whole.end()..end.map_or(inner.len(), |m| m.start()))?;
        let value = value.trim_end();
        let value = value.strip_suffix('"').unwrap_or(value);
        members.push((name.as_str().into(), value.into()));
    }
    let message = fields::message(&members)?;
    Some(Message {
        app: None,
        ..message
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescaped_quotes_and_line_breaks_are_read_as_they_are_meant() {
        let broken = "{\"from\":\"VM-HDFCBK-S\",\n \"text\":\"Rs.5 from \"ASHA\"\nRef 1\", \"sentStamp\":%sentStamp%, \"sim\":\"1\"}";
        let message = message(broken).unwrap();
        assert_eq!(message.sender, "VM-HDFCBK-S");
        assert_eq!(message.text, "Rs.5 from \"ASHA\"\nRef 1");
        assert_eq!(message.stamp, None);
        assert_eq!(super::message("{\"from\":\"x\"}"), None);
        assert_eq!(super::message("hello"), None);
    }
}
