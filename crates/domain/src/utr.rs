//! References that people type: the UTR of their payment.

use crate::evidence::{RailClass, reference_key};

/// A bank reference in the form in which apps show it to a payer, always plausible.
///
/// UPI and IMPS have 12 digits (RRN); NEFT has 16 and RTGS 22 characters that begin with the bank's four letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utr {
    text: String,
    class: RailClass,
}

/// Why a text is no UTR, in words for the one who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UtrError {
    #[error(
        "must be the UTR of the payment: 12 digits (UPI, IMPS), or 16 or 22 letters and digits (NEFT, RTGS)"
    )]
    Form,
    #[error(
        "is PhonePe's own transaction ID: open the payment in PhonePe and copy the 12 digits beside \"UTR\""
    )]
    PhonePe,
    #[error(
        "is Google's own transaction ID: open the payment in Google Pay and copy the 12 digits beside \"UPI transaction ID\""
    )]
    GooglePay,
}

impl Utr {
    /// Longer texts are refused unread.
    const MAX_LEN: usize = 64;

    /// Reads what a person typed or pasted: spaces and hyphens are dropped.
    pub fn parse(typed: &str) -> Result<Self, UtrError> {
        if typed.len() > Self::MAX_LEN {
            return Err(UtrError::Form);
        }
        let text: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        if text.starts_with("CICAg") {
            return Err(UtrError::GooglePay);
        }
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if text.len() > 15 && text.starts_with(['T', 't']) && digits(&text[1..]) {
            return Err(UtrError::PhonePe);
        }
        let class = match text.len() {
            12 if digits(&text) => RailClass::Inr,
            16 | 22 if is_bank_utr(&text) => RailClass::Neft,
            _ => return Err(UtrError::Form),
        };
        Ok(Self {
            text: text.to_ascii_uppercase(),
            class,
        })
    }

    /// Without spaces, letters in upper case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Rail class and reference in the form under which evidence is unique.
    pub fn key(&self) -> (String, String) {
        let key = reference_key(&self.class, &self.text);
        (String::from(self.class.clone()), key)
    }
}

/// The bank's four letters, then letters and digits.
fn is_bank_utr(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.by_ref().take(4).all(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_payer_pastes_is_read() {
        for typed in ["632512345678", " 6325 1234 5678 ", "6325-1234-5678"] {
            let utr = Utr::parse(typed).unwrap();
            assert_eq!(utr.as_str(), "632512345678");
            assert_eq!(utr.key(), ("inr".to_owned(), "632512345678".to_owned()));
        }
        let neft = Utr::parse("hdfcn52026112212").unwrap();
        assert_eq!(
            neft.key(),
            ("neft".to_owned(), "HDFCN52026112212".to_owned())
        );
        let zero = Utr::parse("084701812319").unwrap();
        assert_eq!(zero.key().1, "84701812319");
    }

    #[test]
    fn an_apps_own_id_is_recognised() {
        let error = |typed: &str| Utr::parse(typed).unwrap_err();
        assert_eq!(error("T2611211234567890123456"), UtrError::PhonePe);
        assert_eq!(error("CICAgOjI0ZzRJQ"), UtrError::GooglePay);
    }

    #[test]
    fn anything_else_is_none() {
        let long = "1".repeat(65);
        for typed in [
            "",
            "123",
            "6325123456789",
            "63251234567a",
            "६३२५१२३४५६७८",
            "1234567890123456",
            "T1",
            "ORDER-1",
            "HDFC'; DROP TABLE",
            &long,
        ] {
            assert_eq!(Utr::parse(typed).unwrap_err(), UtrError::Form, "{typed}");
        }
    }
}
