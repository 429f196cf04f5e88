//! The QR that an acquirer printed for a merchant.

use super::pairs::{self, MAX_LEN, Pair};
use super::{Payload, UriError};
use crate::code::Code;
use crate::vpa::Vpa;
use domain::{Currency, Money};

/// An imported `upi://pay` string, kept byte for byte.
///
/// A signature covers every byte before it, empty keys and raw spaces included, so a signed one takes no change at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticQr {
    text: String,
    vpa: Vpa,
    signed: bool,
}

impl StaticQr {
    /// # Errors
    /// What [`UriError`] lists: another scheme, no valid `pa`, a key that matters twice, another currency, control characters.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let text = text.trim();
        let pairs = pairs::split(text)?;
        let vpa = pairs::value(&pairs, "pa")?.and_then(|pa| Vpa::parse(&pa).ok());
        let currency = pairs::value(&pairs, "cu")?;
        if currency.is_some_and(|cu| cu != Currency::Inr.code()) {
            return Err(UriError::Currency);
        }
        for key in ["pn", "mc", "tr", "am", "tn", "mam"] {
            pairs::value(&pairs, key)?;
        }
        Ok(Self {
            text: text.to_owned(),
            vpa: vpa.ok_or(UriError::Missing("pa"))?,
            signed: pairs::value(&pairs, "sign")?.is_some(),
        })
    }

    /// The string as it was imported.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn vpa(&self) -> &Vpa {
        &self.vpa
    }

    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// A request made from it: itself if signed, else with amount and code set. Unknown keys stay verbatim, in their order.
    pub(super) fn asking(&self, amount: Money, code: Code) -> Result<Payload, UriError> {
        let Currency::Inr = amount.currency();
        if !amount.is_positive() {
            return Err(UriError::Amount);
        }
        if self.signed {
            return Ok(Payload {
                text: self.text.clone(),
                fixes_amount: false,
            });
        }
        let (am, code) = (amount.to_decimal(), code.to_string());
        let ours = [
            ("tr", code.as_str()),
            ("am", am.as_str()),
            ("cu", Currency::Inr.code()),
            ("tn", code.as_str()),
        ];
        let text = set(&self.text, &ours)?;
        if text.len() > MAX_LEN {
            return Err(UriError::TooLong);
        }
        Ok(Payload {
            text,
            fixes_amount: true,
        })
    }
}

/// `uri` with each of `ours` in the place where its key stands, or at the end. `mam` goes: it would make the amount editable.
fn set(uri: &str, ours: &[(&str, &str)]) -> Result<String, UriError> {
    let pairs = pairs::split(uri)?;
    let ours_for = |key: &str| ours.iter().find(|(k, _)| k.eq_ignore_ascii_case(key));
    let kept = pairs
        .iter()
        .filter(|p| !p.key.eq_ignore_ascii_case("mam"))
        .filter(|p| !(p.key.is_empty() && p.raw.is_empty()))
        .map(|p| match ours_for(p.key) {
            Some((_, value)) => (p.key, *value),
            None => (p.key, p.raw),
        });
    let stands = |key: &str| {
        pairs
            .iter()
            .any(|p: &Pair<'_>| p.key.eq_ignore_ascii_case(key))
    };
    let added = ours.iter().copied().filter(|(key, _)| !stands(key));
    let query: Vec<String> = kept
        .chain(added)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    Ok(format!("upi://pay?{}", query.join("&")))
}
