//! Alerts of the bank that does not exist, in both of its layouts.

use domain::Money;
use domain::india::to_india;
use jiff::Timestamp;
use jiff::civil::DateTime;
use sha2::{Digest, Sha256};

/// Short code, as in the rules.
pub const CODE: &str = "EXAMPLEBANK";
/// The domain that it sends from and signs as.
pub const DOMAIN: &str = "alerts.examplebank.test";
/// The address that it sends from.
pub const SENDER: &str = "credit@alerts.examplebank.test";
/// The balance that it prints: it keeps no books.
const BALANCE: Money = Money::inr(23_187_045);

/// How the alert looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Plain text, exact to the second.
    Plain,
    /// An HTML table, exact to the minute.
    Table,
}

impl Layout {
    pub const BOTH: [Self; 2] = [Self::Plain, Self::Table];
}

/// A UPI credit to tell of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAlert {
    /// The address that it is sent to.
    pub to: String,
    pub amount: Money,
    /// 12 digits.
    pub utr: String,
    pub payer_vpa: String,
    pub payer_name: String,
    /// The last digits of the credited account, at most 18; the bank shows all that are given.
    pub account_tail: String,
    pub note: Option<String>,
    /// When the payment arrived; the mail is dated alike.
    pub at: Timestamp,
    pub layout: Layout,
}

/// The unsigned message, RFC 5322 with CRLF.
pub fn alert(alert: &DemoAlert) -> Vec<u8> {
    let local = to_india(alert.at);
    let (kind, subject, body) = match alert.layout {
        Layout::Plain => ("plain", "Money in", plain(alert, local)),
        Layout::Table => ("html", "Credit alert", table(alert, local)),
    };
    let subject = format!("{subject}: INR {}", rupees(alert.amount));
    message(alert, kind, &subject, &body)
}

/// A message of the bank's, dated by the payment.
fn message(alert: &DemoAlert, kind: &str, subject: &str, body: &str) -> Vec<u8> {
    let date = to_india(alert.at).strftime("%a, %d %b %Y %H:%M:%S +0530");
    let id = hex::encode(Sha256::digest(format!("{subject} {alert:?}")));
    let id = id.get(..24).unwrap_or_default();
    let to = one_line(&alert.to);
    let header = format!(
        "From: Example Bank Alerts <{SENDER}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <{id}@{DOMAIN}>\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=\"utf-8\"\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    );
    [header.into_bytes(), quoted_printable(body)].concat()
}

/// The same bank tells that it took the credit of this reference back, in plain text.
pub fn reversal(alert: &DemoAlert) -> Vec<u8> {
    let local = to_india(alert.at);
    let amount = rupees(alert.amount);
    let body = format!(
        "Hello,\n\nINR {amount} that was credited to your Example Bank account ending {tail} by UPI was reversed.\n\n\
         UPI reference: {utr}\nTime: {time} IST\n\nBalance after this: INR {balance}\n",
        tail = one_line(&alert.account_tail),
        utr = one_line(&alert.utr),
        time = local.strftime("%d-%b-%Y %H:%M:%S"),
        balance = rupees(BALANCE),
    );
    let subject = format!("Payment reversed: INR {amount}");
    message(alert, "plain", &subject, &body)
}

fn plain(alert: &DemoAlert, local: DateTime) -> String {
    let note = alert
        .note
        .as_ref()
        .map(|n| format!("Note: {}\n", one_line(n)))
        .unwrap_or_default();
    format!(
        "Hello,\n\nYour Example Bank account ending {tail} was credited with INR {amount} by UPI.\n\nFrom: {name} ({vpa})\n\
         UPI reference: {utr}\n{note}Time: {time} IST\n\nBalance after this: INR {balance}\n",
        tail = one_line(&alert.account_tail),
        amount = rupees(alert.amount),
        name = one_line(&alert.payer_name),
        vpa = one_line(&alert.payer_vpa),
        utr = one_line(&alert.utr),
        time = local.strftime("%d-%b-%Y %H:%M:%S"),
        balance = rupees(BALANCE),
    )
}

fn table(alert: &DemoAlert, local: DateTime) -> String {
    let row = |label: &str, value: &str| {
        format!(
            "<tr><th>{label}</th><td>{}</td></tr>\n",
            escape(&one_line(value))
        )
    };
    let note = alert
        .note
        .as_ref()
        .map(|n| row("Remark", n))
        .unwrap_or_default();
    let amount = rupees(alert.amount);
    let rows = [
        row("Amount", &format!("₹{amount}")),
        row("Paid by", &alert.payer_name),
        row("Payer UPI ID", &alert.payer_vpa),
        row("UPI Ref No", &alert.utr),
        note,
        row("When", &local.strftime("%d/%m/%Y %I:%M %p").to_string()),
        row("Balance", &format!("₹{}", rupees(BALANCE))),
    ];
    format!(
        "<!doctype html>\n<html><head><title>Credit alert</title><style>td{{padding:4px 12px}}</style></head>\n<body>\
         <div style=\"display:none\">₹{amount} has arrived</div>\n<h2>Example&nbsp;Bank</h2>\n\
         <p>Money has arrived in your account <b>XX{tail}</b></p>\n<table>\n{rows}</table>\n\
         <p>This mail was sent by a machine. Nobody reads answers to it.</p>\n</body></html>\n",
        tail = escape(&one_line(&alert.account_tail)),
        rows = rows.concat(),
    )
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Grouped the Indian way: `2,31,870.45`.
fn rupees(amount: Money) -> String {
    let decimal = amount.to_decimal();
    let (whole, paise) = decimal.split_once('.').unwrap_or((&decimal, "00"));
    let grouped: Vec<char> = whole
        .chars()
        .rev()
        .enumerate()
        .flat_map(|(place, digit)| {
            let comma = place >= 3 && place % 2 == 1;
            comma.then_some(',').into_iter().chain([digit])
        })
        .collect();
    format!("{}.{paise}", grouped.iter().rev().collect::<String>())
}

/// RFC 2045, 6.7: lines of at most 76 characters.
fn quoted_printable(text: &str) -> Vec<u8> {
    const MAX_LINE: usize = 75;
    let mut out = String::new();
    for line in text.lines() {
        let mut length = 0;
        let mut bytes = line.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let last_space = byte == b' ' && bytes.peek().is_none();
            let token = match byte {
                b' ' if !last_space => " ".to_owned(),
                b'=' => "=3D".to_owned(),
                b if b.is_ascii_graphic() => char::from(b).to_string(),
                b => format!("={b:02X}"),
            };
            if length + token.len() > MAX_LINE {
                out.push_str("=\r\n");
                length = 0;
            }
            length += token.len();
            out.push_str(&token);
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_the_indian_way() {
        for (paise, text) in [
            (5, "0.05"),
            (99_900, "999.00"),
            (149_900, "1,499.00"),
            (133_061_475, "13,30,614.75"),
        ] {
            assert_eq!(rupees(Money::inr(paise)), text);
        }
    }

    #[test]
    fn long_and_foreign_lines_are_quoted() {
        let encoded =
            String::from_utf8(quoted_printable(&format!("a=é \n{}", "x".repeat(80)))).unwrap();
        assert_eq!(
            encoded,
            format!(
                "a=3D=C3=A9=20\r\n{}=\r\n{}\r\n",
                "x".repeat(75),
                "x".repeat(5)
            )
        );
    }
}
