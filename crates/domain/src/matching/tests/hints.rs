//! What payers say themselves: rungs c and e.

use super::*;

fn declared(n: u128, paise: i64, created: i64, at: i64) -> Declared {
    Declared {
        candidate: candidate(n, paise, created),
        declared_at: t(at),
    }
}

/// On an account that also receives other money.
fn shared(paise: i64, at: i64) -> Case {
    Case {
        dedication: Dedication::Shared,
        ..upi(paise, at)
    }
}

#[test]
fn a_declared_payer_settles_where_the_amount_alone_may_not() {
    let mut case = shared(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 0)];
    assert_eq!(case.settles(), None);
    case.by_vpa = vec![declared(1, 49_900, 0, 30)];
    assert_eq!(case.settles(), Some((intent(1), Rung::DeclaredVpa)));
}

#[test]
fn a_declared_payer_with_another_amount_settles_nothing() {
    let mut case = shared(49_800, 60);
    case.by_vpa = vec![declared(1, 49_900, 0, 30)];
    assert_eq!(case.settles(), None);
}

#[test]
fn a_declaration_decides_between_two_holders_of_an_amount() {
    let mut case = upi(49_900, 600);
    let mut late = candidate(1, 49_900, -1200);
    late.status = StatusName::Expired;
    case.by_amount = vec![late, candidate(2, 49_900, 300)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
    case.by_vpa = vec![declared(2, 49_900, 300, 400)];
    assert_eq!(case.settles(), Some((intent(2), Rung::DeclaredVpa)));
    // Once the money is here, saying whose it is proves less.
    case.by_vpa = vec![declared(2, 49_900, 300, 700)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
}

#[test]
fn a_declaration_for_an_intent_created_after_the_money_changes_nothing() {
    let mut case = upi(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 0)];
    case.by_vpa = vec![declared(2, 49_900, 90, 91)];
    assert_eq!(case.settles(), Some((intent(1), Rung::ReservedAmount)));
}

#[test]
fn a_declaration_against_a_reserved_amount_asks_a_person() {
    let mut case = upi(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 0)];
    let mut other = declared(2, 49_900, 0, 30);
    other.candidate.reserved = false;
    case.by_vpa = vec![other];
    assert_eq!(case.conflict(), Some(Conflict::RungsDisagree));
}

#[test]
fn a_code_stands_above_what_a_payer_declares() {
    let mut case = upi(49_900, 60);
    case.by_code = vec![candidate(1, 10_000, 0)];
    case.by_vpa = vec![declared(2, 49_900, 0, 30)];
    assert_eq!(case.settles(), Some((intent(1), Rung::Code)));
}

#[test]
fn a_typed_utr_settles_where_nothing_else_names_an_intent() {
    let mut case = shared(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 0)];
    case.by_claim = vec![candidate(1, 49_900, 0)];
    assert_eq!(case.settles(), Some((intent(1), Rung::ClaimedUtr)));
    case.offered_again = true;
    assert_eq!(case.settles(), Some((intent(1), Rung::ClaimedUtr)));
}

#[test]
fn a_strangers_claim_does_not_delay_a_reserved_match() {
    let mut case = upi(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 0)];
    for stranger in [candidate(2, 49_900, 0), candidate(2, 10_000, 0)] {
        case.by_claim = vec![stranger];
        assert_eq!(case.settles(), Some((intent(1), Rung::ReservedAmount)));
    }
}

#[test]
fn a_utr_typed_by_two_asks_a_person() {
    let mut case = shared(49_900, 60);
    case.by_claim = vec![candidate(1, 49_900, 0), candidate(2, 100, 0)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralClaims));
}

#[test]
fn a_claim_settles_nothing_that_it_does_not_fit() {
    let fits = candidate(1, 49_900, 0);
    let mut settled = fits.clone();
    settled.status = StatusName::Settled;
    settled.settled_at = Some(t(-7200));
    let mut elsewhere = fits.clone();
    elsewhere.account = AccountId::from_uuid(uuid::Uuid::from_u128(8));
    for (wrong, why) in [
        (candidate(1, 49_800, 0), "another amount"),
        (candidate(1, 49_900, 61), "created when the money was here"),
        (candidate(1, 49_900, -90_000), "its time was over"),
        (settled, "has its money"),
        (elsewhere, "another account"),
    ] {
        let mut case = shared(49_900, 60);
        case.by_claim = vec![wrong];
        assert_eq!(case.conflict(), Some(Conflict::ClaimDoesNotFit), "{why}");
    }
    // Another intent of that amount is open.
    let mut case = shared(49_900, 60);
    case.by_amount = vec![candidate(2, 49_900, 30)];
    case.by_claim = vec![fits.clone()];
    assert_eq!(case.conflict(), Some(Conflict::ClaimDoesNotFit));
    // The alert names a day: the money may be older than the intent.
    let mut case = shared(49_900, 60);
    case.interval = Interval::new(t(-1800), t(60), crate::Precision::Date).unwrap();
    case.by_claim = vec![fits];
    assert_eq!(case.conflict(), Some(Conflict::ClaimDoesNotFit));
}

#[test]
fn money_that_waited_is_not_settled_by_its_amount() {
    let mut case = upi(49_900, 60);
    case.offered_again = true;
    case.by_amount = vec![candidate(1, 49_900, 0)];
    assert_eq!(
        case.decide(),
        Decision::Suspense {
            reason: Unmatched::NoCandidate
        }
    );
}

#[test]
fn an_amount_that_an_unreserved_intent_asks_as_well_proves_nothing() {
    let mut case = upi(49_900, 60);
    let mut unreserved = candidate(2, 49_900, 0);
    unreserved.reserved = false;
    case.by_amount = vec![unreserved.clone()];
    assert!(matches!(case.decide(), Decision::Suspense { .. }));
    case.by_amount = vec![candidate(1, 49_900, 0), unreserved.clone()];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
    // Its code tells it apart.
    case.by_code = vec![unreserved];
    assert_eq!(case.settles(), Some((intent(2), Rung::Code)));
}

proptest! {
    /// Whatever payers declare and type, a hint settles only an intent of exactly that amount, on that account, opened
    /// before the payment ended, that has no money yet.
    #[test]
    fn a_hint_never_settles_against_the_rules(
        dedication in any_dedication(),
        offered_again: bool,
        at in 0_i64..10_000,
        length in 0_i64..3_000,
        hints in prop::collection::vec((100_i64..103, -5_000_i64..10_000, 0_usize..10, any::<bool>(), any::<bool>()), 1..5),
    ) {
        let mut case = upi(101, at);
        case.dedication = dedication;
        case.offered_again = offered_again;
        case.interval = Interval::new(t(at), t(at + length), crate::Precision::Date).unwrap();
        for ((paise, created, status, reserved, typed), n) in hints.into_iter().zip(1_u128..) {
            let mut c = candidate(n, paise, created);
            c.reserved = reserved;
            c.status = StatusName::ALL[status];
            if has_its_money(c.status) { c.settled_at = Some(t(created + 30)); }
            if c.payable.minor() == 101 { case.by_amount.push(c.clone()); }
            match typed {
                true => case.by_claim.push(c),
                false => case.by_vpa.push(Declared { candidate: c, declared_at: t(created + 60) }),
            }
        }
        if let Some((id, _)) = case.settles() {
            let c = case.by_amount.iter().find(|c| c.intent == id).unwrap();
            prop_assert!(c.created_at < case.interval.to() && !has_its_money(c.status));
            prop_assert!(case.interval.meets(earlier(c.created_at, CLOCK_SKEW), c.late_until));
        }
    }
}
