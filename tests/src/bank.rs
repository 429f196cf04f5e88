//! The demo bank: it signs alerts with its own key and hands them to the merchant's mail server.

use alerts::compose::demo_bank::{self, DemoAlert, Layout};
use alerts::compose::{dns_record, sign};
use domain::Money;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::mailbox::TestMailbox;

/// The selector of the demo bank's key.
const SELECTOR: &str = "demo2026";
/// A key that exists for tests alone.
const KEY: &str = include_str!("../../crates/alerts/testdata/bank.pem");

/// A payment that the bank tells of.
#[derive(Clone, Debug)]
pub struct Payment {
    pub amount: Money,
    pub utr: String,
    pub note: Option<String>,
    pub at: Timestamp,
    pub layout: Layout,
}

/// The bank of one merchant's account.
pub struct Bank {
    account_tail: String,
    next_utr: AtomicU64,
}

impl Bank {
    pub fn new(account_tail: &str) -> Self {
        Self {
            account_tail: account_tail.to_owned(),
            next_utr: AtomicU64::new(632_500_000_001),
        }
    }

    /// Writes the bank's public key where imap-verifier looks for it instead of asking DNS.
    pub fn publish_key(directory: &Path) -> PathBuf {
        let [name, record] = Self::key_record();
        let pins = serde_json::json!({ name: record });
        let path = directory.join("dns-pins.json");
        std::fs::write(&path, pins.to_string()).expect("the pins");
        path
    }

    /// The DNS name of the bank's public key, and the record.
    pub fn key_record() -> [String; 2] {
        let name = format!("{SELECTOR}._domainkey.{}", demo_bank::DOMAIN);
        [name, dns_record(KEY).expect("a key")]
    }

    /// A payment of now, with a reference of its own.
    pub fn payment(&self, amount: Money, note: Option<&str>, at: Timestamp) -> Payment {
        Payment {
            amount,
            utr: self.next_utr.fetch_add(1, Ordering::SeqCst).to_string(),
            note: note.map(ToOwned::to_owned),
            at,
            layout: Layout::Plain,
        }
    }

    /// The signed mail.
    pub fn alert(&self, payment: &Payment, to: &str) -> Vec<u8> {
        let alert = demo_bank::alert(&self.composed(payment, to));
        sign(&alert, SELECTOR, demo_bank::DOMAIN, KEY).expect("a signature")
    }

    fn composed(&self, payment: &Payment, to: &str) -> DemoAlert {
        DemoAlert {
            to: to.to_owned(),
            amount: payment.amount,
            utr: payment.utr.clone(),
            payer_vpa: "ravi@okexample".to_owned(),
            payer_name: "RAVI KUMAR".to_owned(),
            account_tail: self.account_tail.clone(),
            note: payment.note.clone(),
            at: payment.at,
            layout: payment.layout,
        }
    }

    /// The bank tells in the merchant's mailbox that it took the payment back.
    pub async fn take_back(&self, payment: &Payment, mailbox: &TestMailbox) {
        let mail = demo_bank::reversal(&self.composed(payment, mailbox.address()));
        let mail = sign(&mail, SELECTOR, demo_bank::DOMAIN, KEY).expect("a signature");
        mailbox.deliver(&mail).await;
    }

    /// A signed mail of the bank about money that left.
    pub fn debit(to: &str, at: Timestamp, number: usize) -> Vec<u8> {
        let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let mail = format!(
            "From: Example Bank Alerts <{sender}>\r\nTo: <{to}>\r\nSubject: Money out\r\nDate: {date}\r\n\
             Message-ID: <debit-{number}@{domain}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\r\n\
             Your Example Bank account ending 6604 was debited with INR 250.00 by UPI.\r\n",
            sender = demo_bank::SENDER,
            domain = demo_bank::DOMAIN,
        );
        sign(mail.as_bytes(), SELECTOR, demo_bank::DOMAIN, KEY).expect("a signature")
    }

    /// The mail in the merchant's mailbox.
    pub async fn tell(&self, payment: &Payment, mailbox: &TestMailbox) {
        mailbox
            .deliver(&self.alert(payment, mailbox.address()))
            .await;
    }
}
