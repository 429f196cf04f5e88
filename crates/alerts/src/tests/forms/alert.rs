//! What a made-up alert says, and how.

use proptest::prelude::*;
use proptest::sample::select;

/// What a made-up alert says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) paise: i64,
    pub(super) utr: String,
    pub(super) name: &'static str,
    pub(super) vpa: &'static str,
    pub(super) tail: String,
    pub(super) note: &'static str,
    pub(super) day: u8,
    pub(super) month: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
}

/// How it says it.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) currency: &'static str,
    pub(super) after: &'static str,
    pub(super) grouped: bool,
    pub(super) date: u8,
    pub(super) time: Option<u8>,
    pub(super) mask: &'static str,
    pub(super) separator: &'static str,
    pub(super) verb: &'static str,
    pub(super) layout: u8,
    pub(super) order: Vec<usize>,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// What stands around the facts and says nothing of them.
pub(super) const ADVICE: &str =
    "Not you? Call 18001234567. Never share your OTP or PIN with anyone.";

pub(super) fn said() -> impl Strategy<Value = Said> {
    (
        1_i64..1_000_000_000,
        "[0-9]{12}",
        select(vec![
            "KAVITA SAMPLEKAR",
            "Rohan Demo",
            "M/s NAMUNA TRADERS",
            "R. K. NAKLI",
        ]),
        select(vec!["kavita.s@okaxis", "9876543210@ybl", "rohan-2@ptyes"]),
        "[0-9]{4}",
        select(vec!["order 5512", "ORD-K2P9X", "rent june"]),
        (1_u8..=28, 1_u8..=12, 1_u8..=23, 0_u8..=59),
    )
        .prop_map(
            |(paise, utr, name, vpa, tail, note, (day, month, hour, minute))| Said {
                paise,
                utr,
                name,
                vpa,
                tail,
                note,
                day,
                month,
                hour,
                minute,
            },
        )
}

pub(super) fn form() -> impl Strategy<Value = Form> {
    let money = (
        select(vec![
            "Rs.",
            "Rs. ",
            "Rs ",
            "INR ",
            "INR",
            "₹",
            "₹ ",
            "Rs:",
            "Rs. \u{a0}",
        ]),
        select(vec!["", "/-"]),
        any::<bool>(),
    );
    let wording = (
        select(vec![
            "XX",
            "**",
            "...",
            "x",
            "XXXXXXXX",
            "12XXXX",
            "ending ",
            "ending with ",
            "•••• ",
        ]),
        select(vec![": ", " : ", " = ", " - ", ":", "\t", "\n"]),
        select(vec![
            "credited to",
            "has been credited to",
            "received in",
            "is successfully credited to",
            "deposited in",
            "has been added to",
            "Cr to",
            "CREDITED TO",
        ]),
    );
    (
        money,
        0_u8..9,
        prop::option::of(0_u8..5),
        wording,
        0_u8..6,
        Just((0..7).collect()).prop_shuffle(),
    )
        .prop_map(
            |((currency, after, grouped), date, time, (mask, separator, verb), layout, order)| {
                Form {
                    currency,
                    after,
                    grouped,
                    date,
                    time,
                    mask,
                    separator,
                    verb,
                    layout,
                    order,
                }
            },
        )
}

fn amount(said: &Said, form: &Form) -> String {
    let (rupees, paise) = (said.paise / 100, said.paise % 100);
    let mut digits = rupees.to_string();
    if form.grouped && digits.len() > 3 {
        let last = digits.split_off(digits.len() - 3);
        let mut groups = vec![last];
        while digits.len() > 2 {
            groups.insert(0, digits.split_off(digits.len() - 2));
        }
        if !digits.is_empty() {
            groups.insert(0, digits);
        }
        digits = groups.join(",");
    }
    let fraction = if paise == 0 {
        String::new()
    } else {
        format!(".{paise:02}")
    };
    format!("{}{digits}{fraction}{}", form.currency, form.after)
}

fn when(said: &Said, form: &Form) -> String {
    let (d, m) = (said.day, said.month);
    let name = MONTHS[usize::from(m) - 1];
    let short = &name[..3];
    let date = match form.date {
        0 => format!("{d:02}-{m:02}-2026"),
        1 => format!("{d:02}/{m:02}/26"),
        2 => format!("{d:02}-{short}-26"),
        3 => format!("{d:02}{}26", short.to_uppercase()),
        4 => format!("{d} {name} 2026"),
        5 => format!("2026-{m:02}-{d:02}"),
        6 => format!("{d:02}.{m:02}.2026"),
        7 => format!("{short} {d}, 2026"),
        _ => format!("{d:02}–{m:02}–2026"),
    };
    let (h, min) = (said.hour, said.minute);
    let half = if h >= 12 { "PM" } else { "AM" };
    let twelve = if h % 12 == 0 { 12 } else { h % 12 };
    match form.time {
        None => date,
        Some(0) => format!("{date} {h:02}:{min:02}:00"),
        Some(1) => format!("{date} at {h:02}:{min:02}"),
        Some(2) => format!("{date}, {twelve}:{min:02} {half}"),
        Some(3) => format!("{date} at {h:02}.{min:02} hrs"),
        Some(_) => format!("{date}, {h:02}:{min:02}:00 IST"),
    }
}

pub(super) fn written(said: &Said, form: &Form) -> String {
    let (amount, when) = (amount(said, form), when(said, form));
    let account = format!("A/c {}{}", form.mask, said.tail);
    let Said {
        utr,
        name,
        vpa,
        note,
        ..
    } = said;
    let verb = form.verb;
    match form.layout {
        0 => format!(
            "Dear Customer, {amount} {verb} your {account} on {when} by UPI from {name} ({vpa}). UPI Ref No {utr}. Remarks: {note}\n\
             Avl Bal Rs.9,99,99,999.99. {ADVICE}"
        ),
        1 => format!(
            "Your {account} is credited with {amount} on {when}. Info: UPI/CR/{utr}/{name}/HDFC/{vpa}/{note}. Avl Bal INR 45.10. {ADVICE}"
        ),
        2 => format!(
            "{amount} {verb} your {account} on {when} towards UPI-{name}-{}-HDFC0001234-{utr}-{note}. Bal Rs 1.00\n{ADVICE}",
            vpa.replace('-', ".")
        ),
        3 => format!(
            "{name} has paid you {amount} on {when}.\nUPI ID: {vpa}\nRRN: {utr}\nCredited to: {account}\n“{note}”\n{ADVICE}"
        ),
        _ => {
            let rows = [
                ("Amount", amount),
                ("Payer name", (*name).to_owned()),
                ("Payer VPA", (*vpa).to_owned()),
                ("UPI Ref No", utr.clone()),
                ("Account number", format!("{}{}", form.mask, said.tail)),
                ("Date and time", when),
                ("Remarks", (*note).to_owned()),
            ];
            let rows: Vec<String> = form
                .order
                .iter()
                .filter_map(|at| rows.get(*at))
                .map(|(label, value)| format!("{label}{}{value}", form.separator))
                .collect();
            format!(
                "Your account has been credited.\n{}\n{ADVICE}",
                rows.join("\n")
            )
        }
    }
}
