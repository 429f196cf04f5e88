//! What an observer may say about money that moved.

use serde::{Deserialize, Serialize};

/// The space in which a reference is unique for one account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RailClass {
    /// UPI and IMPS share the RRN.
    Inr,
    /// NEFT and RTGS UTR.
    Neft,
    /// An app's own id, unique within that app (short bank code).
    App(String),
    /// A chain by its CAIP-2 id, for example `eip155:137`.
    Caip2(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rail class")]
pub struct UnknownRailClass;

impl TryFrom<String> for RailClass {
    type Error = UnknownRailClass;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "inr" => Ok(Self::Inr),
            "neft" => Ok(Self::Neft),
            other => match other.split_once(':') {
                Some(("app", bank)) if !bank.is_empty() => Ok(Self::App(bank.to_owned())),
                Some((namespace, reference)) if !namespace.is_empty() && !reference.is_empty() => {
                    Ok(Self::Caip2(other.to_owned()))
                }
                _ => Err(UnknownRailClass),
            },
        }
    }
}

impl From<RailClass> for String {
    fn from(class: RailClass) -> Self {
        match class {
            RailClass::Inr => "inr".to_owned(),
            RailClass::Neft => "neft".to_owned(),
            RailClass::App(bank) => format!("app:{bank}"),
            RailClass::Caip2(id) => id,
        }
    }
}

/// Prefix of the reference of evidence that printed none: a digest of what it did print.
pub const DIGEST_PREFIX: &str = "digest:";

/// The form of a reference under which it is unique (`UNIQUE (account, rail_class, reference)`).
///
/// RRNs lose their leading zeros, since some channels print them and some do not; NEFT and RTGS UTRs are upper case.
pub fn reference_key(class: &RailClass, printed: &str) -> String {
    let printed = printed.trim();
    if printed.starts_with(DIGEST_PREFIX) {
        return printed.to_owned();
    }
    match class {
        RailClass::Inr => {
            let trimmed = printed.trim_start_matches('0');
            if trimmed.is_empty() { "0" } else { trimmed }.to_owned()
        }
        RailClass::Neft => printed.to_ascii_uppercase(),
        RailClass::App(_) | RailClass::Caip2(_) => printed.to_owned(),
    }
}

/// Whether a reference printed by the bank identifies the payment (`Strong`), or only a digest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    Strong,
    Provisional,
}

impl Strength {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Provisional => "provisional",
        }
    }
}

/// Seen from the receiving account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Credit,
    Debit,
    Reversal,
}

impl Direction {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Reversal => "reversal",
        }
    }
}

/// How the money travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMode {
    Upi,
    Imps,
    Neft,
    Rtgs,
    Cheque,
    Cash,
    Other,
}

impl PaymentMode {
    /// Only modes that the bank cannot take back by itself settle without a person.
    pub const fn settles_alone(self) -> bool {
        matches!(self, Self::Upi | Self::Imps | Self::Neft | Self::Rtgs)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upi => "upi",
            Self::Imps => "imps",
            Self::Neft => "neft",
            Self::Rtgs => "rtgs",
            Self::Cheque => "cheque",
            Self::Cash => "cash",
            Self::Other => "other",
        }
    }
}

/// The method of evidence that a merchant's phone forwarded: an SMS or a notification, on the phone's word alone.
pub const DEVICE: &str = "device";

/// The method of evidence that no bank or chain ever saw, for test mode.
pub const SIMULATED: &str = "test";

/// Why the observer believes the fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// `dkim`, `authentication_results`, [`DEVICE`], [`SIMULATED`], later `chain`.
    pub method: String,
    /// The signing domain, or the network. Of a device the header of the SMS (`HDFCBK`), without what operators put around it,
    /// or the package of the app that notified (`com.phonepe.app.business`).
    pub domain: String,
    /// Which rule read the facts, and in which version.
    pub rule_id: String,
    pub rule_version: u32,
    /// Hex SHA-256 over what was signed; of a device over sender and text, with the time or the id.
    pub message_digest: String,
    /// The DKIM selector whose key verified it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// What in the message bound it to the account: [`BOUND_BY_TAIL`] or [`BOUND_BY_PAYEE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
}

/// The visible digits of the account number.
pub const BOUND_BY_TAIL: &str = "account_tail";
/// The payee's VPA or merchant id.
pub const BOUND_BY_PAYEE: &str = "payee_vpa";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rrn_with_and_without_leading_zero_is_one() {
        let key = |s| reference_key(&RailClass::Inr, s);
        assert_eq!(key("084701812319"), key("84701812319"));
        assert_eq!(key("000000000000"), "0");
        assert_ne!(key("084701812319"), key("847018123190"));
    }

    #[test]
    fn neft_references_ignore_case_and_keep_zeros() {
        let key = |s| reference_key(&RailClass::Neft, s);
        assert_eq!(key("hdfcn52026"), key("HDFCN52026"));
        assert_ne!(key("0012"), key("12"));
    }

    #[test]
    fn rail_classes_are_read_as_written() {
        for text in ["inr", "neft", "app:PAYTM", "eip155:137"] {
            let class = RailClass::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(class), text);
        }
        for text in ["", "app:", ":x", "upi"] {
            assert!(RailClass::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
