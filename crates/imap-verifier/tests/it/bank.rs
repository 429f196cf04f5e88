//! The banks' side: alerts, signed with a key of our own.

use alerts::compose::demo_bank::{self, DemoAlert, Layout};
use alerts::compose::{dns_record, sign};
use domain::Money;
use jiff::Timestamp;

pub(crate) const KEY: &str = include_str!("../../../alerts/testdata/bank.pem");
pub(crate) const SELECTOR: &str = "s1";
/// The last digits that [`alert`] prints.
pub(crate) const TAIL: &str = "4821";

/// The key records that tests pin: name to text.
pub(crate) fn pins() -> serde_json::Value {
    let record = dns_record(KEY).unwrap();
    let names = [demo_bank::DOMAIN, "hdfcbank.net", "axis.bank.in"].map(key_name);
    names
        .into_iter()
        .map(|name| (name, serde_json::Value::from(record.clone())))
        .collect()
}

pub(crate) fn key_name(domain: &str) -> String {
    format!("{SELECTOR}._domainkey.{domain}")
}

/// A payment of ₹499.00 with this UTR, dated now.
pub(crate) fn alert(to: &str, utr: &str) -> DemoAlert {
    DemoAlert {
        to: to.to_owned(),
        amount: Money::inr(49_900),
        utr: utr.to_owned(),
        payer_vpa: "asha@okbank".to_owned(),
        payer_name: "ASHA RAO".to_owned(),
        account_tail: TAIL.to_owned(),
        note: Some("K7QW2M9XPA".to_owned()),
        at: now(),
        layout: Layout::Plain,
    }
}

pub(crate) fn now() -> Timestamp {
    let now = domain::Clock::new().now();
    Timestamp::from_second(now.as_second()).unwrap()
}

/// As the bank sends it.
pub(crate) fn signed(alert: &DemoAlert) -> Vec<u8> {
    signed_by(&demo_bank::alert(alert), demo_bank::DOMAIN)
}

pub(crate) fn signed_by(message: &[u8], domain: &str) -> Vec<u8> {
    sign(message, SELECTOR, domain, KEY).unwrap()
}

/// A mail of the demo bank in words of its own, which no template fits, as the bank sends it.
pub(crate) fn letter(to: &str, text: &str) -> Vec<u8> {
    let date = now().strftime("%a, %d %b %Y %H:%M:%S %z");
    let mail = format!(
        "From: <{}>\r\nTo: <{to}>\r\nSubject: Alert\r\nDate: {date}\r\nMessage-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
        demo_bank::SENDER,
        uuid::Uuid::new_v4(),
        demo_bank::DOMAIN,
    );
    signed_by(mail.as_bytes(), demo_bank::DOMAIN)
}

/// A message of the corpus, sent to `to` and dated now, as `domain` signs it.
pub(crate) fn corpus(file: &str, to: &str, domain: &str) -> Vec<u8> {
    let path = format!("{}/../alerts/corpus/{file}.eml", env!("CARGO_MANIFEST_DIR"));
    let raw = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let (header, body) = raw.split_once("\n\n").unwrap();
    // What the delivering servers added is not the bank's; the bank's fields begin with From.
    let own = header.split_at(header.find("From: ").unwrap()).1;
    let own: Vec<String> = own
        .lines()
        .map(|line| match line {
            l if l.starts_with("To: ") => format!("To: <{to}>"),
            l => l.to_owned(),
        })
        .collect();
    let message = format!("{}\n\n{body}", own.join("\n")).replace('\n', "\r\n");
    signed_by(message.as_bytes(), domain)
}
