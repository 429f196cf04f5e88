//! What people decided, and what is said against the money.

use super::*;

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
