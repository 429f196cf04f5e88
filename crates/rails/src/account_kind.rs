//! The kinds of UPI account, and what payers' apps allow towards each.

use domain::Money;

/// What the payer's app takes the payee for. It decides the URI's keys, the buttons of a page and the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A person's own VPA (P2P).
    Personal,
    /// A small merchant under the bank's P2PM category (`mc` 7407), or one that is not verified.
    P2pm,
    /// A verified merchant of an acquirer.
    Merchant,
}

/// What apps and banks allow towards a kind of account. Data: circulars change it, code does not depend on the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// A `upi://` link or an app button may open the app. Apps must refuse it for others (NPCI OC-76A, 12 Mar 2024; OC-76C,
    /// 30 Apr 2025).
    pub links_open_apps: bool,
    /// Most that a QR picture from gallery or chat may ask for; `None`: the app's own limit (OC-76C). A live camera scan has
    /// no such limit.
    pub shared_qr_limit: Option<Money>,
    /// The app shows the bank's account-holder name, never the URI's `pn` (OC-101A, 30 Jun 2025).
    pub shows_bank_holder_name: bool,
    /// The URI may carry the merchant's keys `mc` and `tr`; elsewhere they cause refusals (`U29-ZE`, limit errors).
    pub merchant_keys: bool,
    /// Most that one payment may bring in; `None`: by category, or by the payer's bank (P2PM: OC-192, 28 Mar 2024).
    pub payment_limit: Option<Money>,
}

const SHARE_AND_PAY: Money = Money::inr(200_000); // ₹2,000

const PERSONAL: Rules = Rules {
    links_open_apps: false,
    shared_qr_limit: Some(SHARE_AND_PAY),
    shows_bank_holder_name: true,
    merchant_keys: false,
    payment_limit: None,
};

const P2PM: Rules = Rules {
    payment_limit: Some(Money::inr(1_000_000)), // ₹10,000
    ..PERSONAL
};

const MERCHANT: Rules = Rules {
    links_open_apps: true,
    shared_qr_limit: None,
    shows_bank_holder_name: false,
    merchant_keys: true,
    payment_limit: None,
};

impl AccountKind {
    pub const ALL: [Self; 3] = [Self::Personal, Self::P2pm, Self::Merchant];

    /// The name as stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::P2pm => "p2pm",
            Self::Merchant => "merchant",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Personal => &PERSONAL,
            Self::P2pm => &P2PM,
            Self::Merchant => &MERCHANT,
        }
    }

    /// Whether a saved or forwarded picture of a QR that asks for `amount` will be taken by apps.
    pub fn qr_may_be_shared(self, amount: Money) -> bool {
        self.rules()
            .shared_qr_limit
            .is_none_or(|limit| amount.minor() <= limit.minor())
    }
}

impl std::fmt::Display for AccountKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_written() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(AccountKind::parse("P2P"), None);
    }

    #[test]
    fn only_a_verified_merchant_gets_links_and_merchant_keys() {
        for kind in AccountKind::ALL {
            let verified = kind == AccountKind::Merchant;
            assert_eq!(kind.rules().links_open_apps, verified);
            assert_eq!(kind.rules().merchant_keys, verified);
        }
    }

    #[test]
    fn a_personal_qr_is_shared_up_to_two_thousand_rupees() {
        assert!(AccountKind::Personal.qr_may_be_shared(Money::inr(200_000)));
        assert!(!AccountKind::P2pm.qr_may_be_shared(Money::inr(200_001)));
        assert!(AccountKind::Merchant.qr_may_be_shared(Money::inr(200_001)));
    }
}
