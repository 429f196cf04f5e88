//! One payment that several channels tell: the mail without a UTR, the SMS with it.

use super::CLOCK_SKEW;
use crate::evidence::Strength;
use crate::ids::SourceId;
use crate::interval::Interval;
use crate::policy::{earlier, later};
use std::collections::BTreeSet;

/// What one piece of evidence says of a credit. Account and amount are the same already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub source: SourceId,
    pub strength: Strength,
    pub interval: Interval,
    pub payer_vpa: Option<&'a str>,
    /// The reference codes in its note.
    pub codes: BTreeSet<&'a str>,
}

/// Whether two pieces of evidence may be about one payment.
///
/// A source tells each payment once, so that two of its alerts are two payments. Two references that banks printed are two
/// payments, too. What remains is one where nothing that both say contradicts it and their times meet: money that is
/// counted too late can still be counted, money that is counted twice is given away.
pub fn may_be_one(a: &Told<'_>, b: &Told<'_>) -> bool {
    let both_strong = a.strength == Strength::Strong && b.strength == Strength::Strong;
    a.source != b.source
        && !both_strong
        && times_meet(&a.interval, &b.interval)
        && same_payer(a.payer_vpa, b.payer_vpa)
        && (a.codes.is_empty() || b.codes.is_empty() || !a.codes.is_disjoint(&b.codes))
}

/// The clocks of banks, telephones and ours differ.
fn times_meet(a: &Interval, b: &Interval) -> bool {
    a.meets(earlier(b.from(), CLOCK_SKEW), later(b.to(), CLOCK_SKEW))
}

/// Banks shorten and mask addresses: only two whole ones contradict each other.
fn same_payer(a: Option<&str>, b: Option<&str>) -> bool {
    let whole = |vpa: &str| vpa.contains('@') && !vpa.contains(['*', '…']) && !vpa.ends_with("..");
    match (a, b) {
        (Some(a), Some(b)) if whole(a) && whole(b) => a.eq_ignore_ascii_case(b),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, Timestamp};
    use uuid::Uuid;

    fn told(source: u128, strength: Strength, second: i64) -> Told<'static> {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        Told {
            source: SourceId::from_uuid(Uuid::from_u128(source)),
            strength,
            interval: Interval::second(start + SignedDuration::from_secs(second)),
            payer_vpa: None,
            codes: BTreeSet::new(),
        }
    }

    #[test]
    fn two_channels_of_one_moment_are_one_payment() {
        let mail = told(1, Strength::Provisional, 0);
        assert!(may_be_one(&mail, &told(2, Strength::Strong, 40)));
        assert!(may_be_one(&mail, &told(2, Strength::Provisional, 40)));
        assert!(may_be_one(&told(2, Strength::Strong, 40), &mail));
    }

    #[test]
    fn two_printed_references_are_two_payments() {
        let (a, b) = (told(1, Strength::Strong, 0), told(2, Strength::Strong, 0));
        assert!(!may_be_one(&a, &b));
    }

    #[test]
    fn two_alerts_of_one_source_are_two_payments() {
        let mail = told(1, Strength::Provisional, 0);
        assert!(!may_be_one(&mail, &told(1, Strength::Strong, 0)));
    }

    #[test]
    fn times_that_cannot_meet_are_two_payments() {
        let mail = told(1, Strength::Provisional, 0);
        assert!(!may_be_one(&mail, &told(2, Strength::Strong, 125)));
    }

    #[test]
    fn another_payer_or_another_code_is_another_payment() {
        let mail = Told {
            payer_vpa: Some("ravi@okexample"),
            ..told(1, Strength::Provisional, 0)
        };
        let sms = |vpa| Told {
            payer_vpa: Some(vpa),
            ..told(2, Strength::Strong, 0)
        };
        assert!(may_be_one(&mail, &sms("RAVI@okexample")));
        assert!(may_be_one(&mail, &sms("ra**@okexample")));
        assert!(!may_be_one(&mail, &sms("asha@okexample")));

        let coded = |source, code| Told {
            codes: BTreeSet::from([code]),
            ..told(source, Strength::Provisional, 0)
        };
        assert!(may_be_one(&coded(1, "A"), &coded(2, "A")));
        assert!(!may_be_one(&coded(1, "A"), &coded(2, "B")));
        assert!(may_be_one(&coded(1, "A"), &told(2, Strength::Strong, 0)));
    }
}
