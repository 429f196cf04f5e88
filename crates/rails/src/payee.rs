//! A receiving account as a payment URI needs it.

use crate::account_kind::AccountKind;
use crate::uri::StaticQr;
use crate::vpa::Vpa;
use domain::text::ShortText;

/// The payee's name, 1 to 50 characters without control characters, at most 120 bytes of UTF-8: a URI, where each byte of another
/// script takes three, and its QR have room for no more beside the longest VPA. Apps show it only for verified merchants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeName(String);

/// Why a text is no payee name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 50 visible characters, 40 in an Indian script")]
pub struct PayeeNameError;

impl PayeeName {
    pub const MAX_CHARS: usize = 50;
    const MAX_BYTES: usize = 120;

    /// Trims, folds white space and drops invisible characters first.
    pub fn parse(text: &str) -> Result<Self, PayeeNameError> {
        let clean = ShortText::clean(text);
        let characters = clean.as_str().chars().count();
        if (1..=Self::MAX_CHARS).contains(&characters) && clean.as_str().len() <= Self::MAX_BYTES {
            Ok(Self(clean.into()))
        } else {
            Err(PayeeNameError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PayeeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A merchant category code (ISO 18245), exactly as the acquirer gave it: a guessed one is refused by apps (`U29-ZE`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mcc(String);

/// Why a text is no category code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the 4 digits that the acquirer gave, not 0000")]
pub struct MccError;

impl Mcc {
    pub fn parse(text: &str) -> Result<Self, MccError> {
        let text = text.trim();
        let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if digits && text != "0000" {
            Ok(Self(text.to_owned()))
        } else {
            Err(MccError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why parts do not make a payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayeeError {
    #[error("only a merchant account has a category code or a QR of its acquirer")]
    MerchantOnly,
    #[error("the QR pays another VPA")]
    OtherVpa,
}

/// Whom the money goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    kind: AccountKind,
    vpa: Vpa,
    name: PayeeName,
    mcc: Option<Mcc>,
    static_qr: Option<StaticQr>,
}

impl Payee {
    pub const fn new(kind: AccountKind, vpa: Vpa, name: PayeeName) -> Self {
        Self {
            kind,
            vpa,
            name,
            mcc: None,
            static_qr: None,
        }
    }

    /// The same payee with its category code.
    pub fn with_mcc(self, mcc: Mcc) -> Result<Self, PayeeError> {
        self.merchant_only()?;
        Ok(Self {
            mcc: Some(mcc),
            ..self
        })
    }

    /// The same payee with the QR that its acquirer printed; requests are then made from that.
    pub fn with_static_qr(self, qr: StaticQr) -> Result<Self, PayeeError> {
        self.merchant_only()?;
        if *qr.vpa() != self.vpa {
            return Err(PayeeError::OtherVpa);
        }
        Ok(Self {
            static_qr: Some(qr),
            ..self
        })
    }

    fn merchant_only(&self) -> Result<(), PayeeError> {
        let merchant = self.kind.rules().merchant_keys;
        merchant.then_some(()).ok_or(PayeeError::MerchantOnly)
    }

    pub const fn kind(&self) -> AccountKind {
        self.kind
    }

    pub const fn vpa(&self) -> &Vpa {
        &self.vpa
    }

    pub const fn name(&self) -> &PayeeName {
        &self.name
    }

    pub const fn mcc(&self) -> Option<&Mcc> {
        self.mcc.as_ref()
    }

    pub const fn static_qr(&self) -> Option<&StaticQr> {
        self.static_qr.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payee(kind: AccountKind) -> Payee {
        Payee::new(
            kind,
            Vpa::parse("shop@okbank").unwrap(),
            PayeeName::parse("Shop").unwrap(),
        )
    }

    #[test]
    fn names_are_cleaned_and_bounded() {
        assert_eq!(
            PayeeName::parse(" My\r\nStore\u{202e} ").unwrap().as_str(),
            "My Store"
        );
        assert_eq!(PayeeName::parse("\u{200b}\n"), Err(PayeeNameError));
        assert!(PayeeName::parse(&"é".repeat(50)).is_ok());
        assert_eq!(PayeeName::parse(&"é".repeat(51)), Err(PayeeNameError));
        assert!(PayeeName::parse(&"ऊ".repeat(40)).is_ok());
        assert_eq!(PayeeName::parse(&"ऊ".repeat(41)), Err(PayeeNameError));
    }

    #[test]
    fn a_guessed_category_is_refused() {
        assert!(Mcc::parse("5499").is_ok());
        for text in ["", "0000", "549", "54999", "54 9", "५४९९"] {
            assert_eq!(Mcc::parse(text), Err(MccError), "{text}");
        }
    }

    #[test]
    fn merchant_parts_belong_to_merchants_only() {
        let mcc = || Mcc::parse("5499").unwrap();
        let qr = || StaticQr::parse("upi://pay?pa=Shop@okbank&sign=abc=").unwrap();
        for kind in [AccountKind::Personal, AccountKind::P2pm] {
            let refused = Err(PayeeError::MerchantOnly);
            assert_eq!(payee(kind).with_mcc(mcc()), refused);
            assert_eq!(payee(kind).with_static_qr(qr()), refused);
        }
        let merchant = payee(AccountKind::Merchant).with_mcc(mcc()).unwrap();
        assert!(merchant.clone().with_static_qr(qr()).is_ok());
        let other = StaticQr::parse("upi://pay?pa=thief@okbank").unwrap();
        assert_eq!(merchant.with_static_qr(other), Err(PayeeError::OtherVpa));
    }
}
