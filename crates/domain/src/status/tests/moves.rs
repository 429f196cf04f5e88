//! The table of moves, and what no order of facts changes.

use super::*;
use proptest::prelude::*;

#[test]
fn every_name_is_read_as_written() {
    for name in StatusName::ALL {
        assert_eq!(StatusName::parse(name.as_str()), Some(name));
    }
    assert_eq!(StatusName::parse("paid"), None);
}

#[test]
fn settled_is_left_only_by_a_reversal() {
    for next in StatusName::ALL {
        assert_eq!(
            StatusName::Settled.may_become(next),
            next == StatusName::Reversed
        );
        assert!(!StatusName::Reversed.may_become(next));
    }
}

proptest! {
    /// What happened decides, not the order in which it was read.
    #[test]
    fn the_order_of_reading_changes_nothing(
        parts in prop::collection::vec((1_i64..40_000, 0_i64..300), 0..6)
            .prop_flat_map(|parts| (Just(parts.clone()), Just(parts).prop_shuffle())),
        cancel in prop::option::of(0_i64..300),
        ruled_out: bool,
        now in 0_i64..400,
    ) {
        let (one, other) = parts;
        let read = |parts: &[(i64, i64)]| {
            let facts = Facts { cancelled_at: cancel.map(at), ruled_out, ..facts(parts) };
            status(&facts, seen(20), now)
        };
        prop_assert_eq!(read(&one), read(&other));
    }

    /// Whatever arrives later, more facts never turn a settled intent of this policy into an unpaid one.
    #[test]
    fn more_money_never_unsettles(
        parts in prop::collection::vec((1_i64..60_000, 0_i64..15), 1..6),
        extra in 1_i64..60_000,
    ) {
        let before = status(&facts(&parts), BLIND, 20);
        let mut more = parts.clone();
        more.push((extra, 10));
        let after = status(&facts(&more), BLIND, 20);
        if before.name() == StatusName::Settled {
            prop_assert_eq!(after.name(), StatusName::Settled);
        }
    }

    /// Every status that facts can lead to is reachable from the one before by the table of moves.
    #[test]
    fn each_further_fact_is_a_move_of_the_table(
        parts in prop::collection::vec((1_i64..60_000, 0_i64..300), 0..5),
        cancel in prop::option::of(0_i64..300),
        now in 0_i64..400,
    ) {
        let mut f = Facts::default();
        let mut last = IntentStatus::Pending;
        for (paise, minute) in parts {
            f.receipts.push(receipt(paise, minute));
            let next = status(&f, seen(now), now);
            // the service stops attributing money once an intent is settled
            if last.name() == StatusName::Settled { break; }
            prop_assert!(last.name() == next.name() || last.name().may_become(next.name()), "{:?} -> {:?}", last, next);
            last = next;
        }
        if last.name().is_open() {
            f.cancelled_at = cancel.map(at);
            let next = status(&f, seen(now), now);
            prop_assert!(last.name() == next.name() || last.name().may_become(next.name()), "{:?} -> {:?}", last, next);
        }
    }
}
