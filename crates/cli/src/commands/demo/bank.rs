//! The demo bank: tells of a credit as a bank does, in a signed mail.

use super::lmtp;
use crate::failure::Failure;
use crate::settings::DemoSettings;
use alerts::compose::demo_bank::{self, CODE, DOMAIN, DemoAlert, Layout, SENDER};
use alerts::compose::sign;
use domain::Money;
use jiff::Timestamp;
use runtime::secrets::random_bytes;
use std::path::Path;

/// Where the bank's public key stands in DNS.
const SELECTOR: &str = "demo2026";
pub(crate) const BANK: &str = CODE;
/// The mailbox, which is also the address that the bank has on file.
pub(crate) const ADDRESS: &str = "alerts@shop.test";
pub(crate) const ACCOUNT_TAIL: &str = "6604";
const PAYER_VPA: &str = "asha@okexample";
const PAYER_NAME: &str = "ASHA RAO";

/// A payment that reached the demo account.
pub(crate) struct Payment {
    pub(crate) amount: Money,
    pub(crate) note: Option<String>,
    /// 12 digits.
    pub(crate) utr: String,
    pub(crate) at: Timestamp,
}

impl Payment {
    /// With a random reference number.
    pub(crate) fn new(amount: Money, note: Option<String>, at: Timestamp) -> Result<Self, Failure> {
        let bytes = random_bytes::<8>().map_err(Failure::failed)?;
        // Banks begin it with the last digit of the year and the day of the year; any first digit but 0 will do.
        let number = 100_000_000_000 + u64::from_be_bytes(bytes) % 900_000_000_000;
        Ok(Self {
            amount,
            note,
            utr: number.to_string(),
            at,
        })
    }
}

/// Writes, signs and delivers alerts.
pub(crate) struct Bank {
    key: String,
    lmtp: String,
}

impl Bank {
    pub(crate) fn open(settings: &DemoSettings) -> Result<Self, Failure> {
        Ok(Self {
            key: read_key(&settings.bank_key)?,
            lmtp: settings.lmtp.clone(),
        })
    }

    /// The signed alert, as it is delivered.
    pub(crate) fn alert(&self, payment: &Payment) -> Result<Vec<u8>, Failure> {
        let unsigned = demo_bank::alert(&DemoAlert {
            to: ADDRESS.to_owned(),
            amount: payment.amount,
            utr: payment.utr.clone(),
            payer_vpa: PAYER_VPA.to_owned(),
            payer_name: PAYER_NAME.to_owned(),
            account_tail: ACCOUNT_TAIL.to_owned(),
            note: payment.note.clone(),
            at: payment.at,
            layout: Layout::Plain,
        });
        sign(&unsigned, SELECTOR, DOMAIN, &self.key).map_err(Failure::failed)
    }

    /// Puts a mail into the mailbox.
    pub(crate) async fn deliver(&self, mail: &[u8]) -> Result<(), Failure> {
        lmtp::deliver(&self.lmtp, SENDER, ADDRESS, mail)
            .await
            .map_err(Failure::failed)
    }
}

fn read_key(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "NOXPAY_DEMO_BANK_KEY: {path:?} cannot be read: {error}"
        ))
    })
}
