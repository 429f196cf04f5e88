use super::*;
use crate::interval::Interval;
use crate::policy::{LatePolicy, Policy, Terms};
use jiff::SignedDuration;
use proptest::prelude::*;

const PAYABLE: Money = Money::inr(49_900);

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// Created at 0 min, expires at 15, deadline at 25, late until 255.
fn terms() -> Terms {
    Terms {
        created_at: at(0),
        expires_at: at(15),
        grace: SignedDuration::from_mins(10),
        policy: Policy::default(),
    }
}

fn receipt(paise: i64, minute: i64) -> Receipt {
    Receipt {
        amount: Money::inr(paise),
        interval: Interval::second(at(minute)),
    }
}

fn facts(receipts: &[(i64, i64)]) -> Facts {
    Facts {
        receipts: receipts.iter().map(|(p, m)| receipt(*p, *m)).collect(),
        ..Facts::default()
    }
}

fn status(facts: &Facts, sight: Sight, now: i64) -> IntentStatus {
    status_of(&terms(), PAYABLE, facts, sight, at(now)).unwrap()
}

const BLIND: Sight = Sight::Blind;

fn seen(minute: i64) -> Sight {
    Sight::UpTo(at(minute))
}

#[test]
fn underpaying_by_one_paisa_is_partial_by_default() {
    let s = status(&facts(&[(49_899, 5)]), seen(5), 6);
    assert_eq!(
        s,
        IntentStatus::Underpaid {
            received: Money::inr(49_899)
        }
    );
}

#[test]
fn paid_inside_the_window_but_read_late_is_not_late() {
    let s = status(&facts(&[(49_900, 14)]), seen(200), 200);
    assert!(
        matches!(s, IntentStatus::Settled { late: false, .. }),
        "{s:?}"
    );
}

#[test]
fn paid_in_the_late_window_settles_and_says_so() {
    let s = status(&facts(&[(49_900, 16)]), seen(17), 17);
    assert!(
        matches!(s, IntentStatus::Settled { late: true, .. }),
        "{s:?}"
    );
    let mut strict = terms();
    strict.policy.late = LatePolicy::Review;
    let s = status_of(&strict, PAYABLE, &facts(&[(49_900, 16)]), seen(17), at(17)).unwrap();
    assert_eq!(
        s,
        IntentStatus::Review {
            reason: ReviewReason::Late
        }
    );
}

#[test]
fn an_interval_that_may_lie_before_expiry_is_in_time() {
    let interval = Interval::minute(at(15) - SignedDuration::from_secs(30));
    let f = Facts {
        receipts: vec![Receipt {
            amount: PAYABLE,
            interval,
        }],
        ..Facts::default()
    };
    assert!(matches!(
        status(&f, BLIND, 16),
        IntentStatus::Settled { late: false, .. }
    ));
}

#[test]
fn money_after_the_late_window_asks_a_person() {
    let s = status(&facts(&[(49_900, 256)]), seen(257), 257);
    assert_eq!(
        s,
        IntentStatus::Review {
            reason: ReviewReason::Late
        }
    );
}

#[test]
fn a_cancelled_intent_is_settled_only_by_money_that_came_before() {
    let mut f = facts(&[(49_900, 5)]);
    f.cancelled_at = Some(at(6));
    assert!(matches!(status(&f, BLIND, 7), IntentStatus::Settled { .. }));
    f.cancelled_at = Some(at(5));
    assert_eq!(
        status(&f, BLIND, 7),
        IntentStatus::Review {
            reason: ReviewReason::LateAfterCancel
        }
    );
    let none = Facts {
        cancelled_at: Some(at(5)),
        ..Facts::default()
    };
    assert_eq!(status(&none, BLIND, 7), IntentStatus::Cancelled);
}

#[test]
fn nothing_expires_while_a_source_is_behind() {
    let none = Facts::default();
    assert_eq!(status(&none, seen(0), 25), IntentStatus::Pending);
    assert_eq!(status(&none, seen(25), 26), IntentStatus::Verifying);
    assert_eq!(status(&none, BLIND, 26), IntentStatus::Verifying);
    assert_eq!(status(&none, seen(26), 26), IntentStatus::Expired);
    assert_eq!(
        status(&none, BLIND, 256),
        IntentStatus::Review {
            reason: ReviewReason::SourceBlind
        }
    );
}

#[test]
fn part_of_the_money_at_expiry_asks_a_person() {
    let some = facts(&[(100, 5)]);
    assert_eq!(status(&some, seen(25), 26), IntentStatus::Verifying);
    assert_eq!(
        status(&some, seen(26), 26),
        IntentStatus::Review {
            reason: ReviewReason::UnderpaidAtExpiry
        }
    );
}

#[test]
fn time_ends_an_intent_from_the_first_moment_past_its_deadline() {
    let at = |now| status_of(&terms(), PAYABLE, &Facts::default(), seen(26), now);
    assert_eq!(at(terms().deadline()), Some(IntentStatus::Pending));
    assert_eq!(at(terms().over_at()), Some(IntentStatus::Expired));
}

#[test]
fn what_was_ruled_out_once_stays_so() {
    let expired = Facts {
        ruled_out: true,
        ..facts(&[(100, 5)])
    };
    for sight in [BLIND, seen(3), seen(26)] {
        assert_eq!(
            status(&expired, sight, 30),
            IntentStatus::Review {
                reason: ReviewReason::UnderpaidAtExpiry
            }
        );
    }
}

#[test]
fn parts_count_from_when_they_were_paid_in_whatever_order_they_are_read() {
    // Expires at 15, late until 255.
    let read = |first, second| status(&facts(&[first, second]), BLIND, 300);
    let (early, late, too_late) = ((30_000, 5), (19_900, 16), (19_900, 256));
    let paid_at = Interval::second(at(16)).to();
    let settled = IntentStatus::Settled {
        paid_at,
        late: true,
        excess: Money::inr(0),
    };
    assert_eq!(read(early, late), settled);
    assert_eq!(read(late, early), settled);
    let asked = IntentStatus::Review {
        reason: ReviewReason::Late,
    };
    assert_eq!(read(early, too_late), asked);
    assert_eq!(read(too_late, early), asked);
}

#[test]
fn a_part_that_is_not_needed_makes_nothing_late() {
    let s = status(&facts(&[(20_000, 256), (49_900, 5)]), BLIND, 300);
    assert_eq!(
        s,
        IntentStatus::Settled {
            paid_at: Interval::second(at(5)).to(),
            late: false,
            excess: Money::inr(20_000),
        }
    );
}

#[test]
fn two_parts_settle_and_the_excess_is_counted() {
    let s = status(&facts(&[(100, 5), (49_900, 6)]), BLIND, 7);
    let IntentStatus::Settled {
        excess, paid_at, ..
    } = s
    else {
        panic!("{s:?}")
    };
    assert_eq!(excess, Money::inr(100));
    assert_eq!(paid_at, Interval::second(at(6)).to());
}

/// As `facts`, with what people decided.
fn decided(receipts: &[(i64, i64)], words: Words) -> Facts {
    Facts {
        words,
        ..facts(receipts)
    }
}

fn word(minute: i64, paise: i64) -> Option<Word> {
    Some(Word {
        at: at(minute),
        received: Money::inr(paise),
    })
}

fn asks(reason: ReviewReason) -> IntentStatus {
    IntentStatus::Review { reason }
}

#[test]
fn an_approved_intent_settles_late_or_short() {
    let approved = Words {
        approved_at: Some(at(301)),
        ..Words::default()
    };
    let s = status(&decided(&[(49_900, 300)], approved), BLIND, 301);
    assert!(
        matches!(s, IntentStatus::Settled { late: true, .. }),
        "{s:?}"
    );
    let s = status(&decided(&[(20_000, 5), (100, 9)], approved), seen(400), 301);
    let paid_at = Interval::second(at(9)).to();
    let excess = Money::inr(0);
    assert_eq!(
        s,
        IntentStatus::Settled {
            paid_at,
            late: false,
            excess
        }
    );
    let mut cancelled = decided(&[(49_900, 7)], approved);
    cancelled.cancelled_at = Some(at(6));
    assert_eq!(status(&cancelled, BLIND, 302).name(), StatusName::Settled);
    // There is nothing to settle with.
    assert_eq!(
        status(&decided(&[], approved), BLIND, 302),
        asks(ReviewReason::SourceBlind)
    );
}

#[test]
fn a_match_covers_how_late_its_money_is_and_no_more() {
    let matched = |paise| Words {
        matched: word(310, paise),
        ..Words::default()
    };
    let s = status(&decided(&[(49_900, 300)], matched(49_900)), BLIND, 310);
    assert!(
        matches!(s, IntentStatus::Settled { late: true, .. }),
        "{s:?}"
    );
    let mut cancelled = decided(&[(49_900, 300)], matched(49_900));
    cancelled.cancelled_at = Some(at(6));
    assert_eq!(status(&cancelled, BLIND, 310).name(), StatusName::Settled);
    // It does not make a part the whole.
    let s = status(&decided(&[(20_000, 5)], matched(20_000)), seen(400), 310);
    assert_eq!(s, asks(ReviewReason::UnderpaidAtExpiry));
    // What came after it is judged by the policy.
    let more = [(20_000, 300), (29_900, 312)];
    let s = status(&decided(&more, matched(20_000)), seen(400), 313);
    assert_eq!(s, asks(ReviewReason::Late));
    // So is what was cancelled after it.
    let mut later = decided(&[(49_900, 300)], matched(49_900));
    later.cancelled_at = Some(at(311));
    later.words.matched = word(310, 20_000);
    assert_eq!(status(&later, BLIND, 312).name(), StatusName::Review);
}

#[test]
fn a_rejection_covers_the_money_that_was_there() {
    let rejected = Words {
        rejected: word(30, 20_000),
        ..Words::default()
    };
    let s = status(&decided(&[(20_000, 5)], rejected), seen(400), 31);
    assert_eq!(s, IntentStatus::Failed);
    let nothing = Words {
        rejected: word(300, 0),
        ..Words::default()
    };
    assert_eq!(
        status(&decided(&[], nothing), BLIND, 301),
        IntentStatus::Failed
    );
    let more = [(20_000, 5), (29_900, 6)];
    let s = status(&decided(&more, rejected), seen(400), 32);
    assert_eq!(s, asks(ReviewReason::LateAfterCancel));
    let approved = Words {
        approved_at: Some(at(33)),
        ..rejected
    };
    let s = status(&decided(&more, approved), seen(400), 33);
    assert_eq!(s.name(), StatusName::Settled);
    let matched = Words {
        matched: word(33, 49_900),
        ..rejected
    };
    let s = status(&decided(&more, matched), seen(400), 33);
    assert_eq!(s.name(), StatusName::Settled);
}

#[test]
fn money_that_was_taken_back_settles_nothing_without_a_person() {
    let taken_back = Words {
        taken_back: true,
        ..Words::default()
    };
    for parts in [&[(49_900, 5)][..], &[(20_000, 5)]] {
        let s = status(&decided(parts, taken_back), seen(5), 6);
        assert_eq!(s, asks(ReviewReason::ReversalReported));
    }
    let reversed = Words {
        reversed: true,
        ..taken_back
    };
    let s = status(&decided(&[(49_900, 5)], reversed), seen(5), 6);
    assert_eq!(s, IntentStatus::Reversed);
}

#[test]
fn money_that_only_a_revoked_source_vouches_for_settles_nothing_without_a_person() {
    let doubted = Words {
        doubted: true,
        ..Words::default()
    };
    for parts in [&[(49_900, 5)][..], &[(20_000, 5)]] {
        let s = status(&decided(parts, doubted), seen(5), 6);
        assert_eq!(s, asks(ReviewReason::SourceRevoked));
    }
    assert_eq!(
        status(&decided(&[], doubted), seen(5), 6),
        IntentStatus::Pending,
        "there is no money to doubt"
    );
    let approved = Words {
        approved_at: Some(at(6)),
        ..doubted
    };
    let s = status(&decided(&[(49_900, 5)], approved), seen(5), 7);
    assert_eq!(s.name(), StatusName::Settled);
    // What the bank says itself weighs more.
    let taken_back = Words {
        taken_back: true,
        ..doubted
    };
    assert_eq!(taken_back.against(), Some(ReviewReason::ReversalReported));
}

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
