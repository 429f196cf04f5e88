//! By which names forwarders call what.

use super::{Message, stamp};
use std::borrow::Cow;

const SENDER: [&str; 6] = [
    "from",
    "sender",
    "phoneNumber",
    "contact",
    "address",
    "title",
];
const TEXT: [&str; 4] = ["text", "body", "message", "content"];
const STAMP: [&str; 6] = [
    "sentStamp",
    "date_sent",
    "timestamp",
    "receivedAt",
    "receivedStamp",
    "date",
];
const APP: [&str; 4] = ["package", "packageName", "package_name", "app"];
/// `messageId` is made from the content by one app, and the same for two equal texts: no id of a message.
const ID: [&str; 3] = ["id", "message_id", "_id"];
/// Longer values name nobody, and are no time.
const LONGEST: usize = 200;

/// A member of an object or a form.
pub(super) type Member<'v> = (Cow<'v, str>, Cow<'v, str>);

/// The message that these members are; `None` without a text.
///
/// Users write templates that escape nothing: whoever sends a text can then add members. So nobody is the sender where two
/// members name different ones, and where a text stands there twice.
pub(super) fn message(members: &[Member<'_>]) -> Option<Message> {
    let text = values(members, &TEXT);
    let sender = values(members, &SENDER);
    let app = values(members, &APP);
    let one_of_each = [&text, &sender, &app].iter().all(|found| found.len() <= 1);
    let only = |found: &[&str]| found.first().map(|v| (*v).to_owned());
    let short = |found: &[&str]| only(found).filter(|v| one_of_each && v.len() <= LONGEST);
    let stamp = values(members, &STAMP).into_iter().find_map(stamp::parse);
    Some(Message {
        sender: short(&sender).unwrap_or_default(),
        app: short(&app),
        text: only(&text)?,
        stamp,
        id: short(&values(members, &ID)),
    })
}

/// The different values under these names, in the order of the names. What is empty, or a template's `%placeholder%`, is none.
fn values<'m>(members: &'m [Member<'_>], names: &[&str]) -> Vec<&'m str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        for (_, value) in members.iter().filter(|(n, _)| n == name) {
            let value = value.trim();
            let placeholder = value.len() > 2 && value.starts_with('%') && value.ends_with('%');
            if !value.is_empty() && !placeholder && !found.contains(&value) {
                found.push(value);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(members: &[(&'static str, &'static str)]) -> Option<Message> {
        let members: Vec<Member<'_>> = members
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        message(&members)
    }

    #[test]
    fn the_first_time_that_is_one_counts() {
        let members = [
            ("from", "VM-HDFCBK-S"),
            ("date_sent", "0"),
            ("timestamp", "%t%"),
            ("receivedStamp", "1795255200000"),
            ("body", "hello"),
        ];
        let message = of(&members).unwrap();
        assert_eq!(message.stamp.unwrap().as_second(), 1_795_255_200);
        assert_eq!(
            (message.sender.as_str(), message.text.as_str()),
            ("VM-HDFCBK-S", "hello")
        );
        assert_eq!(of(&[("from", "x")]), None);
        assert_eq!(of(&[("text", "  ")]), None);
    }

    #[test]
    fn a_text_that_adds_members_has_no_sender() {
        for injected in [
            [("from", "VM-HDFCBK-S"), ("x", "y")],
            [("sender", "VM-HDFCBK-S"), ("x", "y")],
            [("text", "Rs.5 credited"), ("sender", "+919876543210")],
        ] {
            let mut members = vec![("from", "+919876543210"), ("text", "hi")];
            members.extend(injected);
            assert_eq!(of(&members).unwrap().sender, "", "{injected:?}");
        }
        let twice_the_same = [("from", "A"), ("sender", "A"), ("text", "hi")];
        assert_eq!(of(&twice_the_same).unwrap().sender, "A");
    }
}
