mod moves;
mod words;

use super::*;
use crate::interval::Interval;
use crate::policy::{LatePolicy, Policy, Terms};
use jiff::SignedDuration;

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
