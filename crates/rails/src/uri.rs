//! `upi://pay` URIs (NPCI, "UPI Linking Specifications"), made from typed parts only.
//!
//! Every value is percent-encoded down to the unreserved characters of RFC 3986, so that no name and no note can end its own
//! parameter and begin another.

mod encoding;
mod pairs;
mod request;
mod static_qr;

pub use request::{Note, NoteError, PayUri};
pub use static_qr::StaticQr;

use crate::code::Code;
use crate::payee::Payee;
use domain::Money;

/// Why a URI cannot be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    #[error("the amount must be positive")]
    Amount,
    #[error("is not a upi://pay URI")]
    Scheme,
    #[error("names {0} twice")]
    Twice(&'static str),
    #[error("lacks a valid {0}")]
    Missing(&'static str),
    #[error("is not in rupees")]
    Currency,
    #[error("has a character that no URI may have, or a broken percent-encoding")]
    Character,
    #[error("is longer than 600 characters")]
    TooLong,
}

/// What goes into the QR and behind the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    text: String,
    fixes_amount: bool,
}

impl Payload {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the payer's app takes amount and code from it. Not so for a signed QR: there the payer types the exact amount, and
    /// no code will stand in the note.
    pub const fn fixes_amount(&self) -> bool {
        self.fixes_amount
    }
}

impl std::fmt::Display for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Asks `payee` for `amount` under `code`, in the form that the payer's app accepts for this kind of account.
///
/// * personal and P2PM: `pa pn am cu tn`. The code stands in `tn` only; merchant keys would be refused.
/// * merchant: `pa pn mc tr am cu tn`, the code in `tr` and `tn`; `mc` only if the acquirer's is known.
/// * merchant with the acquirer's QR: that, unchanged if it is signed, else with amount and code.
///
/// # Errors
/// [`UriError::Amount`] if the amount is not positive, [`UriError::TooLong`] if an imported QR leaves no room.
pub fn payload(payee: &Payee, amount: Money, code: Code) -> Result<Payload, UriError> {
    if let Some(qr) = payee.static_qr() {
        return qr.asking(amount, code);
    }
    let uri = PayUri::new(
        payee.vpa().clone(),
        payee.name().clone(),
        amount,
        Note::from(code),
    )?;
    let uri = if payee.kind().rules().merchant_keys {
        uri.with_merchant_keys(payee.mcc().cloned(), code)
    } else {
        uri
    };
    Ok(Payload {
        text: uri.to_string(),
        fixes_amount: true,
    })
}

#[cfg(test)]
mod tests;
