//! Alerts put together from the pieces that banks use: a credit is read as it was written, and what is none becomes none.

mod alert;

use super::bank::{RULES, mail};
use crate::{Kind, Occurred, Reading};
use alert::{ADVICE, Form, form, said, written};
use domain::india::to_india;
use proptest::prelude::*;
use proptest::sample::select;

fn read(text: &str) -> Reading {
    let line = |line: &str| {
        let cells: Vec<String> = line
            .split('\t')
            .map(|c| c.replace('&', "&amp;").replace('<', "&lt;"))
            .collect();
        match cells.as_slice() {
            [one] => format!("<p>{one}</p>"),
            _ => format!(
                "<table><tr><td>{}</td></tr></table>",
                cells.join("</td><td>")
            ),
        }
    };
    let html: String = text.lines().map(line).collect();
    RULES.read(&mail(&format!(
        "From: <alerts@bank.test>\r\nSubject: Transaction alert\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n"
    )))
}

proptest! {
    // More with PROPTEST_CASES.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(600)))]

    #[test]
    fn a_credit_is_read_as_it_was_written(said in said(), form in form()) {
        let text = written(&said, &form);
        let reading = read(&text);
        prop_assert_eq!(reading.kind, Kind::Credit, "{}", text);
        let facts = reading.facts.expect("a credit has facts");
        let vpa = if form.layout == 2 { said.vpa.replace('-', ".") } else { said.vpa.to_owned() };
        prop_assert_eq!(facts.amount.minor(), said.paise, "{}", text);
        prop_assert_eq!(facts.utr.as_deref(), Some(said.utr.as_str()), "{}", text);
        prop_assert_eq!(facts.payer_vpa.map(String::from), Some(vpa), "{}", text);
        prop_assert_eq!(facts.account_tail.as_deref(), Some(said.tail.as_str()), "{}", text);
        // Slots are parted by what stands in such a name.
        if !(said.name.contains(['/', '.']) && matches!(form.layout, 1 | 2)) {
            prop_assert_eq!(facts.payer_name.map(String::from), Some(said.name.to_owned()), "{}", text);
        }
        if form.layout != 2 || !said.note.contains('-') {
            prop_assert_eq!(facts.note.map(String::from), Some(said.note.to_owned()), "{}", text);
        }
        let got = match facts.occurred {
            Occurred::At { at, .. } => to_india(at).strftime("%F %H:%M").to_string(),
            Occurred::On(date) => date.to_string(),
            Occurred::Unknown => String::new(),
        };
        let date = format!("2026-{:02}-{:02}", said.month, said.day);
        let expected = match form.time {
            Some(_) => format!("{date} {:02}:{:02}", said.hour, said.minute),
            None => date,
        };
        prop_assert_eq!(got, expected, "{}", text);
    }

    #[test]
    fn what_takes_a_credit_back_leaves_none(
        said in said(),
        form in form(),
        word in select(vec![
            "This transaction has been reversed.", "Status: Pending", "Status: Failed", "The payment was declined.",
            "This credit is under dispute.", "The amount has not been credited yet.", "This is a test message.",
            "This payment has been returned to the sender.", "Payment status: Processing",
            "The money was sent from your account and could not be credited.",
        ]),
    ) {
        let text = written(&said, &form).replace(ADVICE, word);
        let reading = read(&text);
        prop_assert!(reading.kind != Kind::Credit, "{}\n{:?}", text, reading);
    }

    #[test]
    fn what_went_the_other_way_is_no_credit(said in said(), form in form(), verb in select(vec![
        "debited from", "deducted from", "withdrawn from", "sent from", "paid from",
    ])) {
        let form = Form { verb, layout: 0, ..form };
        let reading = read(&written(&said, &form).replace(" from ", " to ").replacen(" to your", " from your", 1));
        prop_assert!(reading.kind != Kind::Credit, "{:?}", reading);
    }
}
