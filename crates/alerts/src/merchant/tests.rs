use super::*;
use crate::compose::demo_bank::{self, Layout, SENDER};
use crate::tests::bank::{RULES, demo};
use proptest::prelude::*;
use std::path::Path;

fn reference() -> RuleRef {
    RuleRef {
        id: "merchant/1".to_owned(),
        version: 1,
    }
}

/// As the NoxPay gateway's own parsers read.
fn fields() -> RuleFields {
    RuleFields {
        bank_name: "My Bank".to_owned(),
        detect_keyword: "credited".to_owned(),
        amount_regex: r"(?:Rs\.?|INR|₹) ?([\d,]+\.\d{2})".to_owned(),
        utr_regex: r"(?:Ref No|UTR|RRN)[:\s\.]*(\d{12})".to_owned(),
        sender_regex: Some(r"from ([\w\.\-]+@\w+)".to_owned()),
        remark_regex: Some(r"Remarks?[:\s]*([\w\-]+)".to_owned()),
    }
}

fn rule(change: impl FnOnce(&mut RuleFields)) -> Result<MerchantRule, RuleFault> {
    let mut fields = fields();
    change(&mut fields);
    MerchantRule::new(&fields, reference())
}

/// A mail of a listed sender for which there is no template, or of `from`.
fn mail_from(from: &str, subject: &str, text: &str) -> Mail {
    let raw = format!(
        "From: <{from}>\r\nTo: <shop@shop.test>\r\nSubject: {subject}\r\nDate: Mon, 13 Jul 2026 20:58:00 +0530\r\n\
         Message-ID: <1@b>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         DKIM-Signature: v=1; a=rsa-sha256; d=b; s=s; h=From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:Content-Transfer-Encoding; bh=eA==; b=eA==\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    );
    Mail::parse(raw.as_bytes()).unwrap()
}

const CREDIT: &str = "Dear Customer, your account XX4821 is credited with Rs. 499.00 on 13-07-2026 from asha@okbank. \
     UPI Ref No 512345678901. Remarks: ORDER7.";

fn read(text: &str) -> Reading {
    let rule = rule(|_| {}).unwrap();
    RULES.read_with(&mail_from(SENDER, "Alert", text), [&rule])
}

#[test]
fn the_demo_banks_sender_is_listed() {
    assert_eq!(RULES.sender_bank(SENDER), Some("EXAMPLEBANK"));
}

#[test]
fn a_form_that_no_template_knows_is_read_where_the_general_reader_agrees() {
    let mail = mail_from(SENDER, "Alert", CREDIT);
    assert_eq!(RULES.read(&mail).doubt, Some(Doubt::NoTemplate));
    let reading = read(CREDIT);
    assert!(reading.is_sure_credit(), "{reading:?}");
    let facts = reading.facts.unwrap();
    assert_eq!(facts.amount, Money::inr(49_900));
    assert_eq!(facts.utr.as_deref(), Some("512345678901"));
    assert_eq!(facts.payer_vpa.unwrap().as_str(), "asha@okbank");
    assert_eq!(facts.note.unwrap().as_str(), "ORDER7");
    assert_eq!(facts.account_tail.as_deref(), Some("4821"));
    assert_eq!(reading.rule, Some(reference()));
}

#[test]
fn a_merchant_rule_never_makes_an_unknown_sender_trusted() {
    let rule = rule(|_| {}).unwrap();
    for from in [
        "alerts@examplebank.evil.test",
        "someone@gmail.com",
        // The bank's domain, and no address that its alerts come from.
        "marketing@alerts.examplebank.test",
    ] {
        let mail = mail_from(from, "Alert", CREDIT);
        let reading = RULES.read_with(&mail, [&rule]);
        assert_eq!(reading, RULES.read(&mail), "{from}");
        assert!(!reading.sure(), "{from}");
    }
}

#[test]
fn a_merchant_rule_cannot_turn_a_debit_into_a_credit() {
    for text in [
        CREDIT.replace("credited with", "debited by"),
        CREDIT.replace("is credited with", "has not been credited with"),
        format!("{CREDIT} This transaction has been reversed."),
        format!("{CREDIT} 512341 is the OTP."),
        CREDIT.replace("is credited with", "will be credited with"),
        "asha@okbank has requested Rs. 499.00 to be credited. UPI Ref No 512345678901.".to_owned(),
        CREDIT.replace("ORDER7", "refund"),
    ] {
        let reading = read(&text);
        assert!(!reading.sure(), "{text}: {reading:?}");
    }
}

#[test]
fn what_another_reader_contradicts_is_unsure() {
    let doubt = |text: &str| read(text).doubt;
    let disagrees = Some(Doubt::MerchantRuleDisagrees);
    // The rule takes the balance, which stands first, for the amount.
    let balance = "Avl Bal Rs. 9,000.00. ".to_owned() + CREDIT;
    assert_eq!(doubt(&balance), disagrees);
    let two = format!("{CREDIT} UTR 612345678901");
    assert_eq!(doubt(&two), disagrees);
    // Where a template fits, it must say the same, and its facts stand.
    let mail = Mail::parse(&demo_bank::alert(&demo(Layout::Plain))).unwrap();
    let plain = RULES.read(&mail);
    let amount = plain.facts.as_ref().unwrap().amount;
    let same = rule(|r| {
        r.amount_regex = r"(?:Rs\.?|INR|₹) ?([\d,]+\.\d{2})".to_owned();
        r.utr_regex = r"\b(\d{12})\b".to_owned();
    })
    .unwrap();
    let read = same.extract(&mail).expect("it fits");
    assert_eq!(read.amount, amount);
    assert_eq!(RULES.read_with(&mail, [&same]), plain);
    let other = rule(|r| {
        r.amount_regex = r"([\d]+)\.\d{2}".to_owned();
        r.utr_regex = r"\b(\d{12})\b".to_owned();
    })
    .unwrap();
    assert_eq!(RULES.read_with(&mail, [&other]).doubt, disagrees);
}

#[test]
fn a_rule_of_a_known_bank_reads_that_banks_mails_alone() {
    let hdfc = rule(|r| r.bank_name = "hdfc".to_owned()).unwrap();
    let mail = mail_from(SENDER, "Alert", CREDIT);
    assert_eq!(RULES.read_with(&mail, [&hdfc]), RULES.read(&mail));
    let own = rule(|r| r.bank_name = "ExampleBank".to_owned()).unwrap();
    assert!(RULES.read_with(&mail, [&own]).sure());
    // The first that fits counts; those that do not fit are passed over.
    let elsewhere = rule(|r| r.detect_keyword = "elsewhere".to_owned()).unwrap();
    assert!(RULES.read_with(&mail, [&hdfc, &elsewhere, &own]).sure());
}

#[test]
fn faults_are_pointed_at() {
    let fault = |change: &dyn Fn(&mut RuleFields)| rule(change).unwrap_err().to_string();
    for (pattern, expected) in [
        ("", "amount_regex is missing"),
        (r"Rs \d+", "amount_regex has no capture group"),
        ("(?:Rs )+", "amount_regex has no capture group"),
        (r"(\d*)", "amount_regex matches the empty string"),
        (
            r"Rs (\d*)",
            "amount_regex has a first group that may read nothing",
        ),
        (
            r"Rs ([\d",
            "amount_regex at character 5: unclosed character class",
        ),
        (r"₹₹ (\d+", "amount_regex at character 4: unclosed group"),
        (
            r"(?<=Rs )(\d+)",
            "amount_regex at character 1: look-around is not supported",
        ),
        (r"(a)\1", "amount_regex at character 4: a reference back"),
        (
            r"(\d{1,9}{1,999}{1,999})",
            "amount_regex is too large when compiled",
        ),
        (
            &"(a".repeat(600),
            "amount_regex must have at most 500 characters",
        ),
        (
            &format!("{}a{}", "(".repeat(60), ")".repeat(60)),
            "amount_regex at character 31: the groups are nested too deeply",
        ),
    ] {
        let said = fault(&|r| r.amount_regex = pattern.to_owned());
        assert!(said.starts_with(expected), "{pattern}: {said}");
    }
    assert!(fault(&|r| r.utr_regex = "x".to_owned()).starts_with("utr_regex has no"));
    assert!(fault(&|r| r.sender_regex = Some("x".to_owned())).starts_with("sender_regex"));
    assert!(
        fault(&|r| r.remark_regex = Some("(".to_owned()))
            .starts_with("remark_regex at character 1")
    );
    assert!(fault(&|r| r.bank_name = " ".to_owned()).starts_with("bank_name must have 1 to 100"));
    assert!(
        fault(&|r| r.detect_keyword = "a".to_owned()).starts_with("detect_keyword must have 2")
    );
    assert!(
        fault(&|r| r.detect_keyword = "a\nb".to_owned())
            .starts_with("detect_keyword at character 2")
    );
    assert!(rule(|r| r.sender_regex = Some(String::new())).is_ok());
}

#[test]
fn classes_are_those_that_banks_print() {
    let read = |pattern: &str, text: &str| {
        let pattern = compile::pattern("utr_regex", pattern).unwrap();
        let found = pattern.captures(text)?.get(1)?;
        Some(found.as_str().to_owned())
    };
    assert_eq!(read(r"([\w-]+)", "é-aB_9").as_deref(), Some("-aB_9"));
    assert_eq!(read(r"(\d+)", "\u{0967}12").as_deref(), Some("12"));
    assert_eq!(read(r"(\\w+)", r"a\ww").as_deref(), Some(r"\ww"));
}

#[test]
fn the_published_samples_of_the_other_gateway_are_rules() {
    for utr_regex in [
        r"Ref No[:\.]? ?(\d{12})",
        r"UPI Ref No\.? ?(\d{12})",
        r"(?:ref no|utr)[\s:\.]*(\d{12})",
    ] {
        assert!(
            rule(|r| r.utr_regex = utr_regex.to_owned()).is_ok(),
            "{utr_regex}"
        );
    }
}

/// Every mail of the corpora, with what it is.
fn corpora() -> Vec<(String, Kind, String)> {
    let mut folders = crate::tests::sets();
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"));
    let mut all = Vec::new();
    for file in folders.iter().flat_map(|f| std::fs::read_dir(f).unwrap()) {
        let path = file.unwrap().path();
        let Ok(expected) = std::fs::read_to_string(path.with_extension("json")) else {
            continue;
        };
        if path.extension().is_some_and(|e| e == "eml") {
            let json: serde_json::Value = serde_json::from_str(&expected).unwrap();
            let kind = serde_json::from_value(json["kind"].clone()).unwrap();
            let raw = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            all.push((path.display().to_string(), kind, raw));
        }
    }
    assert!(all.len() > 300);
    all
}

/// The greediest rules that a merchant could write: every mail with an amount and a long number is a payment to them.
fn greedy() -> Vec<MerchantRule> {
    let texts = [
        (r"([\d,]+\.?\d*)", r"(\w{6,22})"),
        (r"(?:rs\.?|inr|₹)\s*([\d,]+\.?\d*)", r"\b(\d{12})\b"),
        (
            r"(?s).*(?:rs\.?|inr|₹)\s*([\d,]+\.?\d*)",
            r"(?s).*\b(\d{12})\b",
        ),
    ];
    let rule = |(amount, utr): (&str, &str), keyword: &str| {
        rule(|r| {
            r.detect_keyword = keyword.to_owned();
            r.amount_regex = amount.to_owned();
            r.utr_regex = utr.to_owned();
            r.remark_regex = Some("(?s)(.+)".to_owned()).filter(|_| keyword == "in");
        })
        .unwrap()
    };
    texts
        .iter()
        .flat_map(|t| ["or", "in"].map(|k| rule(*t, k)))
        .collect()
}

#[test]
fn no_rule_makes_a_payment_of_what_is_none() {
    let rules = greedy();
    let (mut fitted, mut sure) = (0, 0);
    for (name, kind, raw) in corpora() {
        // Whoever wrote it: here a listed sender did, whose templates do not fit.
        let parsed = Mail::parse(raw.as_bytes()).unwrap();
        let text = parsed.text().replace('\t', " ");
        let subject = parsed.subject();
        for mail in [&parsed, &mail_from(SENDER, &subject, &text)] {
            let without = RULES.read(mail);
            for rule in &rules {
                let with = RULES.read_with(mail, [rule]);
                fitted += usize::from(rule.extract(mail).is_some());
                sure += usize::from(with.is_sure_credit() && !without.sure());
                let never =
                    kind != Kind::Credit || without.doubt.is_some_and(|d| d != Doubt::NoTemplate);
                assert!(!(never && with.is_sure_credit()), "{name}: {with:?}");
                if with.is_sure_credit() {
                    let amount = |r: &Reading| r.facts.as_ref().map(|f| f.amount);
                    assert_eq!(amount(&with), amount(&without), "{name}");
                }
            }
        }
    }
    assert!(fitted > 1000 && sure > 100, "{fitted} {sure}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_pattern_panics_or_reads_more_than_it_may(
        amount in r"[a-z0-9()\[\]\\.+*?{},|^$:₹-]{0,40}",
        utr in r"\(?[a-z0-9()\[\]\\.+*?{},|^$-]{0,30}\)?",
        text in "(?s)[ -~₹\n]{0,200}",
    ) {
        let made = rule(|r| {
            r.detect_keyword = "rs".to_owned();
            r.amount_regex = amount.clone();
            r.utr_regex = utr.clone();
        });
        if let Err(fault) = &made {
            prop_assert!(fault.position.is_none_or(|at| at >= 1 && at <= 1 + amount.chars().count().max(utr.chars().count())));
        }
        if let Ok(rule) = made {
            let mail = mail_from(SENDER, "rs", &text);
            if let Some(read) = rule.extract(&mail) {
                prop_assert!(read.amount.is_positive());
                prop_assert!(read.utr.is_some() != read.other_ref.is_some());
            }
            RULES.read_with(&mail, [&rule]);
        }
    }
}
