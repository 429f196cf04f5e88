//! A request of our own making.

use super::encoding::encode;
use super::{UriError, pairs};
use crate::code::Code;
use crate::payee::{Mcc, PayeeName};
use crate::vpa::Vpa;
use domain::text::ShortText;
use domain::{Currency, Money};

/// The text for the payer's bank statement (`tn`), 1 to 50 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(String);

/// Why a text is no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 50 visible characters")]
pub struct NoteError;

impl Note {
    pub const MAX_CHARS: usize = 50;

    /// Trims, folds white space and drops invisible characters first.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let clean = ShortText::clean(text);
        if (1..=Self::MAX_CHARS).contains(&clean.as_str().chars().count()) {
            Ok(Self(clean.into()))
        } else {
            Err(NoteError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Code> for Note {
    fn from(code: Code) -> Self {
        Self(code.to_string())
    }
}

/// A `upi://pay` request in parts; its `Display` is the URI. `parse` reads back exactly what `Display` wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayUri {
    vpa: Vpa,
    name: PayeeName,
    merchant: Option<MerchantKeys>,
    amount: Money,
    note: Note,
}

/// Room for `&mc=5499&tr=` and a code.
const MERCHANT_KEYS: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq)]
struct MerchantKeys {
    mcc: Option<Mcc>,
    reference: Code,
}

impl PayUri {
    /// # Errors
    /// [`UriError::Amount`] if `amount` is not positive, [`UriError::TooLong`] if a note in another script leaves no room.
    pub fn new(vpa: Vpa, name: PayeeName, amount: Money, note: Note) -> Result<Self, UriError> {
        let Currency::Inr = amount.currency();
        if !amount.is_positive() {
            return Err(UriError::Amount);
        }
        let request = Self {
            vpa,
            name,
            merchant: None,
            amount,
            note,
        };
        if request.to_string().len() > pairs::MAX_LEN - MERCHANT_KEYS {
            return Err(UriError::TooLong);
        }
        Ok(request)
    }

    /// The same request with `tr`, and `mc` where it is known: for merchant accounts only.
    #[must_use]
    pub fn with_merchant_keys(self, mcc: Option<Mcc>, reference: Code) -> Self {
        Self {
            merchant: Some(MerchantKeys { mcc, reference }),
            ..self
        }
    }

    /// Reads a request of our own form.
    pub fn parse(uri: &str) -> Result<Self, UriError> {
        let pairs = pairs::split(uri)?;
        let need = |key| pairs::value(&pairs, key)?.ok_or(UriError::Missing(key));
        if need("cu")? != Currency::Inr.code() {
            return Err(UriError::Currency);
        }
        let amount = Money::parse_json_number(&need("am")?, Currency::Inr)
            .map_err(|_| UriError::Missing("am"))?;
        let request = Self::new(
            Vpa::parse(&need("pa")?).map_err(|_| UriError::Missing("pa"))?,
            PayeeName::parse(&need("pn")?).map_err(|_| UriError::Missing("pn"))?,
            amount,
            Note::parse(&need("tn")?).map_err(|_| UriError::Missing("tn"))?,
        )?;
        let mcc = pairs::value(&pairs, "mc")?
            .map(|text| Mcc::parse(&text).map_err(|_| UriError::Missing("mc")))
            .transpose()?;
        let reference = pairs::value(&pairs, "tr")?
            .map(|text| Code::parse(&text).map_err(|_| UriError::Missing("tr")))
            .transpose()?;
        match (reference, mcc) {
            (Some(reference), mcc) => Ok(request.with_merchant_keys(mcc, reference)),
            (None, None) => Ok(request),
            (None, Some(_)) => Err(UriError::Missing("tr")),
        }
    }
}

impl std::fmt::Display for PayUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A VPA has no other reserved character, and every app reads its '@' plain.
        write!(f, "upi://pay?pa={}", encode(self.vpa.as_str(), Some(b'@')))?;
        write!(f, "&pn={}", encode(self.name.as_str(), None))?;
        if let Some(keys) = &self.merchant {
            if let Some(mcc) = &keys.mcc {
                write!(f, "&mc={}", mcc.as_str())?;
            }
            write!(f, "&tr={}", keys.reference)?;
        }
        write!(
            f,
            "&am={}&cu={}&tn={}",
            self.amount.to_decimal(),
            self.amount.currency().code(),
            encode(self.note.as_str(), None)
        )
    }
}
