//! What an alert says.

use domain::evidence::{DIGEST_PREFIX, PaymentMode, RailClass, Strength};
use domain::text::ShortText;
use domain::{Money, Precision};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Whose money moved where, seen from the account that the alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One payment by somebody else has arrived.
    Credit,
    /// Money has left.
    Debit,
    /// Money that had arrived was taken back. Only a template says so.
    Reversal,
    /// Anything else, also failed, pending, reversed, requested; and what no rule understands.
    Other,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Reversal => "reversal",
            Self::Other => "other",
        }
    }
}

/// The payment's own time, as the body prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurred {
    /// Date and time; `precision` is `Second` or `Minute` (then `at` is the minute's beginning).
    At {
        at: Timestamp,
        precision: Precision,
    },
    /// A date only, in India.
    On(Date),
    Unknown,
}

/// The facts of a credit or debit. For a debit the names are left out: they are the payee's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Always positive.
    pub amount: Money,
    /// The 12-digit UPI or IMPS reference as printed: it may start with 0.
    pub utr: Option<String>,
    /// A reference of another form: a NEFT UTR, an app's id, a UPI reference with a digit missing.
    pub other_ref: Option<String>,
    pub payer_vpa: Option<ShortText>,
    /// As printed; banks cut it short.
    pub payer_name: Option<ShortText>,
    /// The visible digits of the account after the mask; for an unmasked account its last four.
    pub account_tail: Option<String>,
    /// The VPA that was paid, where the template prints it.
    pub payee_vpa: Option<ShortText>,
    /// The payer's remark; `None` also where the app put only a filler.
    pub note: Option<ShortText>,
    pub occurred: Occurred,
    pub mode: PaymentMode,
    /// The account's balance afterwards.
    pub balance: Option<Money>,
}

/// Under which key the evidence is unique for its account (`evidence::reference_key` gives the key of `printed`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub class: RailClass,
    /// As printed by the bank, or `digest:` and a digest.
    pub printed: String,
    pub strength: Strength,
}

impl Facts {
    /// The reference that identifies the payment, or else a digest of what was printed, which is provisional evidence.
    pub fn reference(&self, bank: &str) -> Reference {
        self.reference_of(bank, None)
    }

    /// The same for a message of a phone, told at `told_at`: short ones print no time, and two payments would be one.
    pub fn reference_told_at(&self, bank: &str, told_at: Timestamp) -> Reference {
        self.reference_of(bank, Some(told_at))
    }

    fn reference_of(&self, bank: &str, told_at: Option<Timestamp>) -> Reference {
        let strong = |class, printed: &String| Reference {
            class,
            printed: printed.clone(),
            strength: Strength::Strong,
        };
        match (&self.utr, &self.other_ref, self.mode) {
            (Some(utr), _, _) => strong(RailClass::Inr, utr),
            (None, Some(utr), PaymentMode::Neft | PaymentMode::Rtgs) => {
                strong(RailClass::Neft, utr)
            }
            _ => Reference {
                class: RailClass::Inr,
                printed: self.digest(bank, told_at),
                strength: Strength::Provisional,
            },
        }
    }

    /// `digest:` and the hex SHA-256 over (bank, tail, amount, printed time, printed balance, note), each preceded by its length
    /// so that no two lists of fields give the same bytes. Two equal digests are not told apart: they go to review.
    fn digest(&self, bank: &str, told_at: Option<Timestamp>) -> String {
        let time = match self.occurred {
            Occurred::At {
                at,
                precision: Precision::Minute,
            } => format!("{at} minute"),
            Occurred::At { at, .. } => at.to_string(),
            Occurred::On(date) => date.to_string(),
            Occurred::Unknown => String::new(),
        };
        let time = match (self.occurred, told_at) {
            (Occurred::On(_) | Occurred::Unknown, Some(told_at)) => {
                format!("{time} told {told_at}")
            }
            _ => time,
        };
        let balance = self
            .balance
            .map(|b| b.minor().to_string())
            .unwrap_or_default();
        let fields = [
            bank,
            self.account_tail.as_deref().unwrap_or_default(),
            &self.amount.minor().to_string(),
            &time,
            &balance,
            self.note
                .as_ref()
                .map(ShortText::as_str)
                .unwrap_or_default(),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            hash.update(field.len().to_string());
            hash.update(":");
            hash.update(field);
        }
        format!("{DIGEST_PREFIX}{}", hex::encode(hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            amount: Money::inr(4000),
            utr: None,
            other_ref: Some("18335801167".to_owned()),
            payer_vpa: None,
            payer_name: None,
            account_tail: Some("3370".to_owned()),
            payee_vpa: None,
            note: None,
            occurred: Occurred::On(jiff::civil::date(2026, 8, 18)),
            mode: PaymentMode::Upi,
            balance: None,
        }
    }

    #[test]
    fn a_utr_is_strong_and_keeps_its_leading_zero() {
        let facts = Facts {
            utr: Some("084701812319".to_owned()),
            ..facts()
        };
        let reference = facts.reference("X");
        assert_eq!(
            (reference.class, reference.printed.as_str()),
            (RailClass::Inr, "084701812319")
        );
        assert_eq!(reference.strength, Strength::Strong);
    }

    #[test]
    fn a_neft_reference_has_its_own_class() {
        let reference = Facts {
            mode: PaymentMode::Neft,
            ..facts()
        }
        .reference("X");
        assert_eq!(
            (reference.class, reference.strength),
            (RailClass::Neft, Strength::Strong)
        );
    }

    #[test]
    fn without_a_reference_the_digest_tells_different_alerts_apart() {
        let digest = |f: Facts, bank: &str| f.reference(bank).printed;
        let base = digest(facts(), "X");
        assert!(base.starts_with(DIGEST_PREFIX) && base.len() == DIGEST_PREFIX.len() + 64);
        assert_eq!(base, digest(facts(), "X"));
        assert_eq!(facts().reference("X").strength, Strength::Provisional);
        for other in [
            digest(facts(), "Y"),
            digest(
                Facts {
                    account_tail: Some("3371".to_owned()),
                    ..facts()
                },
                "X",
            ),
            digest(
                Facts {
                    amount: Money::inr(4001),
                    ..facts()
                },
                "X",
            ),
            digest(
                Facts {
                    occurred: Occurred::Unknown,
                    ..facts()
                },
                "X",
            ),
            digest(
                Facts {
                    balance: Some(Money::inr(1)),
                    ..facts()
                },
                "X",
            ),
            digest(
                Facts {
                    note: ShortText::non_empty("a"),
                    ..facts()
                },
                "X",
            ),
        ] {
            assert_ne!(base, other);
        }
    }
}
