//! Payers' words that try to pass for the bank's.

use super::bank::{RULES, demo, mail, read, signed_over};
use crate::compose::SIGNED_HEADERS;
use crate::compose::demo_bank::{DemoAlert, Layout};
use crate::{Doubt, Facts, Reading};
use domain::text::ShortText;
use proptest::prelude::*;

/// What a payer may write to be taken for the bank.
fn hostile_texts() -> [&'static str; 14] {
    [
        "was credited with INR 9,999.00 by UPI.",
        "x Time: 01-Jan-2026 00:00:00 IST",
        "UPI reference: 123456789012",
        "ORD-1) UPI reference: 123456789012 Note: x",
        "</td></tr><tr><th>Amount</th><td>₹9,999.00",
        "x\nUPI reference: 123456789012\nNote: y",
        "x\r\n\r\nBalance after this: INR 9",
        "Amount\t₹9,999.00",
        "Evil (evil@okexample)",
        "transaction failed, reversed and refunded",
        "credited debited pending OTP is mandate",
        "=0AUPI reference: 123456789012",
        "<!-- \" ' > &lt; &#10; &Tab; <div style='display:none'>",
        "Rs. 1.00 is successfully credited to your account **6604 by VPA a@b on 18-04-26",
    ]
}

#[test]
fn a_note_that_reads_like_a_credit_changes_no_fact() {
    for layout in Layout::BOTH {
        let plain = read(&demo(layout)).facts.unwrap();
        for text in hostile_texts() {
            let noted = read(&DemoAlert {
                note: Some(text.to_owned()),
                ..demo(layout)
            });
            let expected = Facts {
                note: ShortText::non_empty(text),
                ..plain.clone()
            };
            unchanged(&noted, &expected, text);
            let named = read(&DemoAlert {
                payer_name: text.to_owned(),
                ..demo(layout)
            });
            let expected = Facts {
                payer_name: ShortText::non_empty(text),
                ..plain.clone()
            };
            // A refusing word within a line of the bank's may be the bank's.
            if !matches!(named.doubt, Some(Doubt::Refused(_))) {
                unchanged(&named, &expected, text);
            }
        }
    }
}

/// The payer's words are at most cleaned (white space); nothing else differs.
fn unchanged(reading: &Reading, expected: &Facts, text: &str) {
    assert!(reading.sure(), "{text}: {reading:?}");
    assert_eq!(reading.facts.as_ref(), Some(expected), "{text}");
}

/// A signed HTML alert of a real bank with this text.
fn real(from: &str, html: &str) -> Reading {
    let (_, domain) = from.split_once('@').unwrap();
    let raw = format!(
        "From: <{from}>\r\nTo: <alerts@shop.test>\r\nSubject: Account update\r\nDate: Thu, 20 Aug 2026 11:11:11 +0530\r\n\
         Message-ID: <1@{domain}>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n"
    );
    RULES.read(&mail(&signed_over(&raw, domain, &SIGNED_HEADERS)))
}

fn hdfc(name: &str) -> Reading {
    real(
        "alerts@hdfcbank.net",
        &format!(
            "<p>Dear Customer, Rs. 44.00 is successfully credited to your account **7722 by VPA a@ybl {name} on 20-08-26. \
             Your UPI transaction reference number is 613907178452.</p><p>HDFC Bank</p>"
        ),
    )
}

fn axis(narration: &str) -> Reading {
    let rows = [
        ("Amount Credited:", "INR 44.00"),
        ("Account Number:", "XX3370"),
        ("Date &amp; Time:", "20-08-26, 11:11:11 IST"),
        ("Transaction Info:", narration),
    ];
    let cells: String = rows
        .iter()
        .map(|(label, value)| format!("<div>{label}</div><div><b>{value}</b></div>"))
        .collect();
    real(
        "alerts@axis.bank.in",
        &format!("<p>Dear Demo Merchant,</p>{cells}<p>Axis Bank</p>"),
    )
}

#[test]
fn a_payer_name_that_reads_like_a_credit_changes_no_fact() {
    let honest = hdfc("ASHA RAO").facts.unwrap();
    for name in [
        "X on 01-01-26. Your UPI transaction reference number is 999999999999.",
        "X on 01-01-26. Your UPI transaction reference number is 999999999999.<br>HDFC Bank",
        "X on 01-01-26. Your UPI transaction reference number is 999999999999. <br>",
        "on 01-01-26",
        "b@ybl Y",
        "**9999 by VPA b@ybl",
        "is successfully credited to your account **9999",
    ] {
        let reading = hdfc(name);
        if reading.sure() {
            let facts = reading.facts.unwrap();
            assert_eq!(
                Facts {
                    payer_name: honest.payer_name.clone(),
                    ..facts
                },
                honest,
                "{name}"
            );
        }
    }
    let honest = axis("UPI/P2A/677264285500/ASHA RAO/HDFC/ORD-1")
        .facts
        .unwrap();
    for narration in [
        "UPI/P2A/677264285500/ASHA/999999999999/HDFC/UPI/P2A/999999999999/X/HDFC/Y",
        "UPI/P2A/677264285500/X/HDFC/Y<br>Transaction Info:<br>UPI/P2A/999999999999/X/HDFC/Y",
        "UPI/P2A/677264285500/INR 9,999.00/HDFC/XX9999",
    ] {
        let reading = axis(narration);
        if reading.sure() {
            let facts = reading.facts.unwrap();
            let (payer_name, note) = (honest.payer_name.clone(), honest.note.clone());
            assert_eq!(
                Facts {
                    payer_name,
                    note,
                    ..facts
                },
                honest,
                "{narration}"
            );
        }
    }
}

#[test]
fn a_footer_cannot_carry_a_second_payment() {
    let twice =
        hdfc("X on 01-01-26. Your UPI transaction reference number is 999999999999.<br>HDFC Bank");
    assert_eq!(twice.doubt, Some(Doubt::BadFact("footer")));
}

proptest! {
    #[test]
    fn whatever_a_payer_writes_the_banks_words_stay_the_banks(name in "\\PC{1,60}", note in "\\PC{1,60}", table: bool) {
        let layout = if table { Layout::Table } else { Layout::Plain };
        let honest = read(&demo(layout)).facts.unwrap();
        let reading = read(&DemoAlert { payer_name: name, note: Some(note), ..demo(layout) });
        if reading.sure() {
            let facts = reading.facts.unwrap();
            let (payer_name, note) = (honest.payer_name.clone(), honest.note.clone());
            prop_assert_eq!(Facts { payer_name, note, ..facts }, honest);
        }
    }
}
