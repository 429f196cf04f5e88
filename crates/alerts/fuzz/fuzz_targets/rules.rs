//! No body of any bank's mail panics a template or the general reader, and only a template is sure.
#![no_main]

use alerts::{Mail, Rules};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);
static SENDERS: LazyLock<Vec<String>> = LazyLock::new(|| RULES.senders().map(str::to_owned).collect());

fuzz_target!(|data: (u8, bool, &str)| {
    let (bank, html, body) = data;
    let from = &SENDERS[usize::from(bank) % SENDERS.len()];
    let kind = if html { "html" } else { "plain" };
    let raw = format!(
        "From: <{from}>\r\nSubject: Alert\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    );
    let Ok(mail) = Mail::parse(raw.as_bytes()) else { return };
    let reading = RULES.read(&mail);
    assert!(!reading.sure() || reading.rule.is_some());
    if let Some(facts) = &reading.facts {
        assert!(facts.amount.is_positive());
        assert!(facts.utr.as_ref().is_none_or(|utr| utr.len() == 12 && utr.bytes().all(|b| b.is_ascii_digit())));
    }
});
