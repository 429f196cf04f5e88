//! What an operator does with the `noxpay` command: phones, mailboxes, a merchant's own rules.
#![cfg(test)]

mod device;
mod mailbox;
mod rules;

use serde_json::Value;

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    let found = answer[name].as_str();
    found.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// Whether one printed line has all of these in it.
fn has_line(out: &str, parts: &[&str]) -> bool {
    out.lines()
        .any(|line| parts.iter().all(|part| line.contains(part)))
}

fn assert_line(out: &str, parts: &[&str]) {
    assert!(has_line(out, parts), "{parts:?} in\n{out}");
}
