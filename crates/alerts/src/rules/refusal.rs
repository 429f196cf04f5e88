//! Words that say: this is not money that arrived from somebody. No rule can switch them off.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::sync::LazyLock;

/// What a template for reversals may say, and no other.
pub(super) const REVERSED: &str = "reversed";

/// The bank's or the app's own money: no payment by anybody.
pub(super) const OWN_MONEY: &str = "not a payment";

/// (what it is, how it is said). Searched without case in the subject and in the text without the payer's own words.
const REFUSALS: [(&str, &str); 12] = [
    (
        "otp",
        r"\bis (?:your |the )?(?:otp|one[- ]time password)\b|\b(?:otp|one[- ]time password) (?:is|for|to)\b",
    ),
    (
        "failed",
        r"\b(?:failed|failure|unsuccessful(?:ly)?|could not be|couldn't be|cannot be|unable to|timed out)\b",
    ),
    (
        "not done",
        r"\bnot (?:yet )?(?:been )?(?:credited|debited|processed|completed|received|successful)\b|\bno such (?:amount|payment|credit|transaction)\b|\b(?:message|alert) was sent in error\b",
    ),
    (
        "declined",
        r"\b(?:declined|rejected|denied|cancell?ed|dishonou?red|returned|bounced|lapsed)\b",
    ),
    (
        REVERSED,
        r"\b(?:reversed|reversal|reversing|charge ?back)\b",
    ),
    ("refund", r"\brefund(?:s|ed|ing)?\b"),
    (
        "pending",
        r"\b(?:pending|under process(?:ing)?|in process|being processed|on hold|in progress|awaiting|shortly|initiated|scheduled)\b",
    ),
    (
        "future",
        r"\b(?:will|shall|would|to|may|can) be (?:auto[- ]?)?(?:credited|debited)\b",
    ),
    (
        "requested",
        r"\b(?:has|have) requested\b|\b(?:collect|payment) request\b|\brequest reference\b",
    ),
    (
        "mandate",
        r"\be-?mandate\b|\bmandate\b|\bauto ?pay(?:ment)?\b|\bstanding instruction\b",
    ),
    (
        "settlement",
        r"\bsettle(?:d|ment)\b|\bfor \d+ payments\b|\bpayout\b|\btotal credits\b|\bstatement for\b|\baccount statement\b",
    ),
    (
        OWN_MONEY,
        r"\bcashback\b|\binterest (?:paid|credited|earned)\b|\bdividend\b|\bcredited to (?:the )?beneficiary\b|\bbeneficiary (?:has|account)\b",
    ),
];

static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSetBuilder::new(REFUSALS.map(|(_, pattern)| pattern))
        .case_insensitive(true)
        .build()
        .expect("constant patterns, compiled by a test")
});

/// The first kind of refusal that the text speaks of.
pub(crate) fn refusal(text: &str) -> Option<&'static str> {
    let found = PATTERNS.matches(text).into_iter().next()?;
    REFUSALS.get(found).map(|(name, _)| *name)
}

static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    RegexBuilder::new(r"(?:\b(?:rs|inr)\b\.?|₹)\s*[\d.]|\b\d{12}\b|\b(?:credited|debited)\b")
        .case_insensitive(true)
        .build()
        .expect("constant pattern, compiled by a test")
});

/// Whether words that no rule fixes tell of an amount, a reference or a movement.
pub fn speaks_of_money(footer: &str) -> bool {
    MONEY.is_match(footer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_arrived_payment_is_refused() {
        for (text, expected) in [
            ("049018 is the OTP to add Rs. 499.00", "otp"),
            ("Your UPI payment failed", "failed"),
            ("Payment could not be processed", "failed"),
            ("the amount has not been credited", "not done"),
            ("No such amount has been credited to you", "not done"),
            ("transaction declined", "declined"),
            ("credited for Reversal of UPI transaction", "reversed"),
            ("Your refund of ₹299", "refund"),
            ("is under process and", "pending"),
            ("Rs. 500 will be credited", "future"),
            ("has requested ₹1,999 from you", "requested"),
            ("UPI AutoPay mandate", "mandate"),
            ("₹5,430.50 for 14 payments has been credited", "settlement"),
            (
                "has been credited to the beneficiary account",
                "not a payment",
            ),
        ] {
            assert_eq!(refusal(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn ordinary_credits_and_their_advice_are_not() {
        for text in [
            "Rs. 160.00 is successfully credited to your account **7722 by VPA * on 18-04-26.",
            "Never tell anyone your PIN or OTP. Call 18002026161 for help.",
            "Money in: INR 1,499.00",
            "INR 1.00 was credited to your A/c.",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn a_footer_with_money_in_it_is_noticed() {
        for text in ["Rs. 5", "INR 1", "₹ 9", "ref 123456789012", "was Credited"] {
            assert!(speaks_of_money(text), "{text}");
        }
        assert!(!speaks_of_money(
            "Call 18002026161 for help.\nHDFC Bank, first floor"
        ));
    }
}
