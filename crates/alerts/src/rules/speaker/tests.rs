use super::*;
use std::collections::HashSet;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);

fn of(from: &str, subject: &str, text: &str) -> Option<&'static str> {
    let raw = format!(
        "From: {from}\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}",
        text.replace('\n', "\r\n")
    );
    RULES.named_bank(&Mail::parse(raw.as_bytes()).unwrap())
}

fn of_text(text: &str) -> Option<&'static str> {
    of("Relay <relay@phone.test>", "New SMS", text)
}

#[test]
fn no_two_banks_have_a_name_or_header_in_common() {
    let mut seen = HashSet::new();
    for bank in &RULES.banks {
        let own: HashSet<String> = (bank.names.iter().chain(&bank.headers))
            .map(|name| name.to_uppercase())
            .collect();
        for name in own {
            assert!(seen.insert(name.clone()), "{}: {name}", bank.code);
        }
    }
}

#[test]
fn a_relayed_sms_is_its_headers() {
    for text in [
        "From: VM-KOTAKB-S\nReceived: 1/1/2026\nRs.5 received from HDFC Bank",
        "SMS from VM-KOTAKB-S:\nRs.5 received. -SBI",
        "{\"sender\": \"VM-KOTAKB-S\", \"message\": \"Rs.5 received\"}",
        "Sender : KOTAKB\nRs.5 received",
    ] {
        assert_eq!(of_text(text), Some("KOTAK"), "{text}");
    }
    assert_eq!(
        of("r@phone.test", "AX-PNBSMS-S: Rs.5 credited", ""),
        Some("PNB")
    );
}

#[test]
fn a_forwarded_mail_is_its_senders() {
    for text in [
        "From: Somebody <alerts@hdfcbank.net>\nTo: me\n\nRs.5 credited",
        "> *From:* HDFC Bank <x@elsewhere.test>\n> Rs.5 credited",
        "On Mon, 1 Jan 2026 at 10:00, HDFC Bank <x@elsewhere.test> wrote:\n> Rs.5",
    ] {
        assert_eq!(of_text(text), Some("HDFC"), "{text}");
    }
}

#[test]
fn a_bank_signs_or_speaks_of_itself() {
    for (text, bank) in [
        ("A/c X1 credited by Rs.5 from A RAO Ref No 6197 -SBI", "SBI"),
        ("Rs.5 credited (UPI Ref no 6210).Indian Bank", "INDIANBANK"),
        ("Rs.5 credited to A/c 1 .-South Indian Bank", "SIB"),
        ("Rs.5 credited.\nUnion Bank of India", "UNION"),
        ("Dear BOB UPI User: credited with INR 5", "BOB"),
        ("HDFC Bank: Rs 5 credited to a/c X1", "HDFC"),
        (
            "Received Rs.5 in your Kotak Bank AC X3 from a@oksbi",
            "KOTAK",
        ),
        ("Rs.5 credited to HDFC BANK A/c XX7 from A RAO", "HDFC"),
    ] {
        assert_eq!(of_text(text), Some(bank), "{text}");
    }
}

#[test]
fn the_bank_of_a_payer_a_narration_or_a_vpa_does_not_speak() {
    for text in [
        "Rs.5 credited to your A/c from HDFC Bank",
        "Rs.5 credited to your A/c by NEFT from HDFC Bank A/c XX9",
        "Rs.5 credited. UPI/CR/619738359864/A RAO/HDFC Bank",
        "Rs.5 credited. NEFT Cr-SBIN0001234-A RAO-HDFC Bank",
        "Rs.5 credited. IMPS/P2A/6197/A RAO - SBI",
        "Remitter Bank: HDFC Bank\nRs.5 credited",
        "Sender's bank\nHDFC Bank\nAmount\nRs.5",
        "Remitter: A RAO, HDFC BANK, RRN 619738359864",
        "Rs.5 credited by UPI from a@sbi (sbi@okaxis)",
        "Rs.5 credited from AXIS BANK STAFF SOCIETY",
        "Rs.5 credited. Note: send to VM-HDFCBK-S",
        "As told by the Reserve Bank of India",
        "Rs.5 credited. Reserve Bank of India",
    ] {
        assert_eq!(of_text(text), None, "{text}");
    }
}

/// Whatever a stranger's mail names, it stays a stranger's.
#[test]
fn a_name_makes_no_reading_sure_and_no_bank_believed() {
    let raw = include_bytes!("../../../corpus/a05-display-name-trick.eml");
    let mail = Mail::parse(raw).unwrap();
    assert_eq!(RULES.named_bank(&mail), Some("HDFC"));
    let reading = RULES.read(&mail);
    assert_eq!(
        (reading.bank, reading.doubt),
        (None, Some(crate::Doubt::NoRules))
    );
}
