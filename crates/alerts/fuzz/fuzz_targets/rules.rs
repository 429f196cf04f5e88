//! No body of any bank's mail panics a template, the general reader or a merchant's rule; only a template is sure, or a rule where
//! the general reader sees a credit of the same amount.
#![no_main]

use alerts::{Kind, Mail, MerchantRule, RuleFields, RuleRef, Rules};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);
static SENDERS: LazyLock<Vec<String>> = LazyLock::new(|| RULES.senders().map(str::to_owned).collect());

/// As greedy as a merchant could write it.
static OWN: LazyLock<MerchantRule> = LazyLock::new(|| {
    let fields = RuleFields {
        bank_name: "any".to_owned(),
        detect_keyword: "alert".to_owned(),
        amount_regex: r"([\d,]+\.?\d*)".to_owned(),
        utr_regex: r"(\w{6,22})".to_owned(),
        sender_regex: Some("(?s)(.+)".to_owned()),
        remark_regex: Some("(?s)(.+)".to_owned()),
    };
    let reference = RuleRef { id: "merchant/1".to_owned(), version: 1 };
    MerchantRule::new(&fields, reference).expect("a rule that can be used")
});

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
    let own = RULES.read_with(&mail, [&*OWN]);
    if own.sure() && !reading.sure() {
        let amount = |r: &alerts::Reading| r.facts.as_ref().map(|f| f.amount);
        assert!(own.kind == Kind::Credit && reading.kind == Kind::Credit && amount(&own) == amount(&reading));
    }
    if let Some(facts) = &reading.facts {
        assert!(facts.amount.is_positive());
        assert!(facts.utr.as_ref().is_none_or(|utr| utr.len() == 12 && utr.bytes().all(|b| b.is_ascii_digit())));
    }
});
