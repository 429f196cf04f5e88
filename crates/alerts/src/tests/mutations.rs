//! Good and bad mails, changed in ways that change nothing for a reader.

use super::bank::RULES;
use crate::{Kind, Mail, Reading};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The text of a mail and what it says, as read without a change.
struct Original {
    name: String,
    subject: String,
    text: String,
    reading: Reading,
}

static ORIGINALS: LazyLock<Vec<Original>> = LazyLock::new(|| {
    let mut folders = super::sets();
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"));
    folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder of mails"))
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        // Its labels are glued to their values, so that a currency word makes another word of them.
        .filter(|path| !path.ends_with("c19-glued-spans-stale-text-part.eml"))
        .filter_map(original)
        .collect()
});

fn original(path: PathBuf) -> Option<Original> {
    let raw = fs::read(&path).expect("a mail");
    let mail = Mail::parse(&raw).expect("within the limits");
    // A plain text may be wrapped anywhere, which the layouts below would set in stone.
    if mail.is_plain() && mail.text().contains('\n') {
        return None;
    }
    let (subject, text) = (mail.subject(), mail.text().to_owned());
    let reading = read(&subject, &page(&text, Markup::Paragraphs));
    Some(Original {
        name: path.display().to_string(),
        subject,
        text,
        reading,
    })
}

#[derive(Clone, Copy, Debug)]
enum Markup {
    Paragraphs,
    Divisions,
    /// Every word in an element of its own.
    Spans,
    /// Cells with white space around, and a wrapping table.
    Nested,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn page(text: &str, markup: Markup) -> String {
    let line = |line: &str| -> String {
        let cells: Vec<String> = line.split('\t').map(escaped).collect();
        match (markup, cells.as_slice()) {
            (Markup::Paragraphs, [one]) => format!("<p>{one}</p>\r\n"),
            (Markup::Divisions, [one]) => format!("<div><div>{one}</div></div>"),
            (Markup::Spans, [one]) => {
                let words: Vec<String> = one
                    .split(' ')
                    .map(|w| format!("<span>{w}</span>"))
                    .collect();
                format!("<p>{}</p>", words.join(" "))
            }
            (Markup::Nested, [one]) => format!("<tr><td>\r\n   {one}\r\n </td></tr>"),
            (_, cells) => {
                let cells: String = cells.iter().map(|c| format!("<td> {c} </td>")).collect();
                format!("<table><tr>{cells}</tr></table>")
            }
        }
    };
    let body: String = text.lines().map(line).collect();
    match markup {
        Markup::Nested => format!("<html><body><table><tbody>{body}</tbody></table></body></html>"),
        _ => format!("<html><body>{body}</body></html>"),
    }
}

fn read(subject: &str, html: &str) -> Reading {
    let raw = format!(
        "From: <relay@phone.test>\r\nSubject: =?utf-8?B?{}?=\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, subject)
    );
    RULES.read(&Mail::parse(raw.as_bytes()).expect("within the limits"))
}

#[derive(Clone, Debug)]
struct Change {
    markup: Markup,
    spaces: &'static str,
    currency: Option<&'static str>,
    before: &'static str,
    after: &'static str,
}

fn change() -> impl Strategy<Value = Change> {
    (
        prop_oneof![
            Just(Markup::Paragraphs),
            Just(Markup::Divisions),
            Just(Markup::Spans),
            Just(Markup::Nested)
        ],
        prop_oneof![Just(" "), Just("  "), Just("\u{a0}"), Just(" \u{200b}")],
        prop_oneof![Just(None), Just(Some("INR ")), Just(Some("INR")), Just(Some("Rs. ")), Just(Some("Rs:")), Just(Some("₹"))],
        prop_oneof![
            Just(""),
            Just("---------- Forwarded message ---------\nFrom: A Bank <alerts@bank.test>\nDate: Mon, 13 Jul 2026 at 20:58\nSubject: An alert\nTo: <owner@shop.test>\n"),
            Just("-----Original Message-----\nFrom: A Bank <alerts@bank.test>\nSent: 13 July 2026 20:58\nTo: owner@shop.test\nSubject: An alert\n"),
        ],
        prop_oneof![
            Just(""),
            Just("\nNever share your OTP, PIN or CVV with anyone."),
            Just("\nIf you did not do this, call 18001234567 at once."),
            Just("\nThis is a system generated mail. Please do not reply."),
        ],
    )
        .prop_map(|(markup, spaces, currency, before, after)| Change {
            markup,
            spaces,
            currency,
            before,
            after,
        })
}

/// Currency words before figures, all in one form.
fn with_currency(text: &str, form: &str) -> String {
    static WORD: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(r"(?:\bRs\.? ?|\bINR ?|₹ ?)([0-9])").expect("a constant pattern")
    });
    WORD.replace_all(text, format!("{form}$1")).into_owned()
}

fn changed(original: &Original, change: &Change) -> Reading {
    let mut text = original.text.clone();
    if let Some(form) = change.currency {
        text = with_currency(&text, form);
    }
    let text = format!("{}{text}{}", change.before, change.after).replace(' ', change.spaces);
    read(&original.subject, &page(&text, change.markup))
}

proptest! {
    // More with PROPTEST_CASES.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(400)))]

    #[test]
    fn a_credit_stays_the_same_credit_in_any_dress(which in any::<prop::sample::Index>(), change in change()) {
        let credits: Vec<&Original> = ORIGINALS.iter().filter(|o| o.reading.kind == Kind::Credit).collect();
        prop_assert!(credits.len() > 100);
        let original = which.get(&credits);
        let got = changed(original, &change);
        let facts = |reading: &Reading| {
            reading.facts.as_ref().map(|f| (f.amount, f.utr.clone(), f.payer_vpa.clone(), f.account_tail.clone()))
        };
        prop_assert_eq!(got.kind, Kind::Credit, "{}", original.name);
        // A note may hold a currency word, and is the payer's to the letter.
        prop_assert_eq!(facts(&got), facts(&original.reading), "{}", original.name);
        prop_assert!(!got.sure());
    }

    #[test]
    fn what_is_no_credit_becomes_none_in_any_dress(which in any::<prop::sample::Index>(), change in change()) {
        let others: Vec<&Original> = ORIGINALS.iter().filter(|o| o.reading.kind != Kind::Credit).collect();
        prop_assert!(others.len() > 50);
        let original = which.get(&others);
        let got = changed(original, &change);
        prop_assert!(got.kind != Kind::Credit, "{} {:?}", original.name, got);
    }

    #[test]
    fn no_text_panics_the_general_reader(text in "(?s).{0,400}", subject in ".{0,60}") {
        read(&subject, &escaped(&text));
        read(&subject, &text);
    }

    #[test]
    fn no_pieces_of_alerts_panic_the_general_reader(
        pieces in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..200, 0_usize..80), 1..8)
    ) {
        let mut text = String::new();
        for (which, from, length) in pieces {
            let of = which.get(&ORIGINALS);
            text.extend(of.text.chars().skip(from).take(length));
        }
        read("", &escaped(&text));
    }
}
