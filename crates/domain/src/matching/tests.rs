use super::*;
use crate::policy::earlier;
use proptest::prelude::*;

mod hints;

fn t(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

fn account() -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(7))
}

fn intent(n: u128) -> IntentId {
    IntentId::from_uuid(uuid::Uuid::from_u128(n))
}

/// Created at `created` s, expires 15 min later, late window 4 h.
fn candidate(n: u128, paise: i64, created: i64) -> Candidate {
    Candidate {
        intent: intent(n),
        account: account(),
        payable: Money::inr(paise),
        reserved: true,
        created_at: t(created),
        late_until: t(created + 15 * 60 + 4 * 3600),
        status: StatusName::Pending,
        settled_at: None,
    }
}

struct Case {
    dedication: Dedication,
    direction: Direction,
    mode: PaymentMode,
    paise: i64,
    interval: Interval,
    offered_again: bool,
    doubted: bool,
    by_code: Vec<Candidate>,
    by_vpa: Vec<Declared>,
    by_amount: Vec<Candidate>,
    by_claim: Vec<Candidate>,
}

fn upi(paise: i64, at: i64) -> Case {
    Case {
        dedication: Dedication::Kept,
        direction: Direction::Credit,
        mode: PaymentMode::Upi,
        paise,
        interval: Interval::second(t(at)),
        offered_again: false,
        doubted: false,
        by_code: vec![],
        by_vpa: vec![],
        by_amount: vec![],
        by_claim: vec![],
    }
}

impl Case {
    fn decide(&self) -> Decision {
        decide(&Evidence {
            account: account(),
            dedication: self.dedication,
            direction: self.direction,
            mode: self.mode,
            amount: Money::inr(self.paise),
            interval: self.interval,
            offered_again: self.offered_again,
            doubted: self.doubted,
            by_code: &self.by_code,
            by_vpa: &self.by_vpa,
            by_amount: &self.by_amount,
            by_claim: &self.by_claim,
        })
    }

    fn conflict(&self) -> Option<Conflict> {
        match self.decide() {
            Decision::Review { reason, .. } => Some(reason),
            _ => None,
        }
    }

    fn settles(&self) -> Option<(IntentId, Rung)> {
        match self.decide() {
            Decision::Allocate { intent, rung } => Some((intent, rung)),
            _ => None,
        }
    }
}

#[test]
fn the_code_names_its_intent_whatever_the_amount() {
    for paise in [100, 49_900, 60_000] {
        let mut case = upi(paise, 60);
        case.by_code = vec![candidate(1, 49_900, 0)];
        assert_eq!(case.settles(), Some((intent(1), Rung::Code)));
    }
}

#[test]
fn a_reserved_amount_settles_its_only_holder() {
    let mut case = upi(49_899, 60);
    case.by_amount = vec![candidate(1, 49_899, 0)];
    assert_eq!(case.settles(), Some((intent(1), Rung::ReservedAmount)));
}

#[test]
fn an_unreserved_amount_settles_nothing() {
    let mut case = upi(49_899, 60);
    assert_eq!(
        case.decide(),
        Decision::Suspense {
            reason: Unmatched::NoCandidate
        }
    );
    case.by_amount = vec![candidate(1, 49_900, 0)];
    assert_eq!(
        case.decide(),
        Decision::Suspense {
            reason: Unmatched::NoCandidate
        }
    );
}

#[test]
fn while_dedication_is_suspended_an_amount_settles_nothing_and_still_contradicts() {
    let mut case = upi(49_900, 60);
    case.dedication = Dedication::Suspended;
    case.by_amount = vec![candidate(1, 49_900, 0)];
    let reason = Unmatched::DedicationSuspended;
    assert_eq!(case.decide(), Decision::Suspense { reason });
    // Offered again, it waits for the same reason: nothing new is known of it.
    case.offered_again = true;
    assert_eq!(case.decide(), Decision::Suspense { reason });
    case.by_code = vec![candidate(2, 20_000, 0)];
    assert_eq!(case.conflict(), Some(Conflict::RungsDisagree));
    case.by_code = vec![candidate(1, 49_900, 0)];
    assert_eq!(case.settles(), Some((intent(1), Rung::Code)));
}

#[test]
fn a_walk_in_payment_of_the_same_amount_settles_nothing_on_a_shared_account() {
    let mut case = upi(49_900, 60);
    case.dedication = Dedication::Shared;
    case.by_amount = vec![candidate(1, 49_900, 0)];
    assert_eq!(
        case.decide(),
        Decision::Suspense {
            reason: Unmatched::AccountNotDedicated
        }
    );
}

#[test]
fn two_codes_or_rungs_that_disagree_ask_a_person() {
    let mut case = upi(49_900, 60);
    case.by_code = vec![candidate(1, 49_900, 0), candidate(2, 100, 0)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCodes));

    let mut case = upi(49_900, 60);
    case.by_code = vec![candidate(1, 10_000, 0)];
    case.by_amount = vec![candidate(2, 49_900, 0)];
    assert_eq!(case.conflict(), Some(Conflict::RungsDisagree));
    case.by_amount.push(candidate(1, 49_900, 0));
    assert_eq!(case.settles(), Some((intent(1), Rung::Code)));
}

#[test]
fn a_code_of_another_account_settles_nothing() {
    let mut case = upi(49_900, 60);
    let mut foreign = candidate(1, 49_900, 0);
    foreign.account = AccountId::from_uuid(uuid::Uuid::from_u128(8));
    case.by_code = vec![foreign];
    case.by_amount = vec![candidate(2, 49_900, 0)];
    assert_eq!(case.conflict(), Some(Conflict::CodeOfAnotherAccount));
}

#[test]
fn money_older_than_an_intent_never_settles_it_by_amount() {
    let mut case = upi(49_900, 60);
    case.by_amount = vec![candidate(1, 49_900, 90)];
    assert_eq!(case.conflict(), Some(Conflict::CreatedLater));
    case.by_amount = vec![candidate(1, 49_900, 60 + 300)];
    assert_eq!(
        case.decide(),
        Decision::Suspense {
            reason: Unmatched::NoCandidate
        }
    );
}

#[test]
fn an_intent_opened_within_the_printed_minute_settles() {
    let mut case = upi(49_900, 0);
    case.interval = Interval::minute(t(0)); // "10:00", opened 10:00:30, paid 10:00:50
    case.by_amount = vec![candidate(1, 49_900, 30)];
    assert_eq!(case.settles(), Some((intent(1), Rung::ReservedAmount)));
}

#[test]
fn a_date_only_alert_that_fits_two_holders_goes_to_review() {
    let mut case = upi(49_900, 0);
    case.interval = Interval::new(t(0), t(3600), crate::Precision::Date).unwrap();
    let mut first = candidate(1, 49_900, -3600);
    first.status = StatusName::Expired;
    case.by_amount = vec![first, candidate(2, 49_900, 1800)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
}

#[test]
fn cancelling_does_not_free_the_amount() {
    let mut case = upi(49_900, 600);
    let mut cancelled = candidate(1, 49_900, 0);
    cancelled.status = StatusName::Cancelled;
    case.by_amount = vec![cancelled, candidate(2, 49_900, 300)];
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
}

#[test]
fn a_settled_intent_blocks_its_amount_for_ten_minutes() {
    let mut settled = candidate(1, 49_900, 0);
    settled.status = StatusName::Settled;
    settled.settled_at = Some(t(60));
    let mut case = upi(49_900, 60 + 599);
    case.by_amount = vec![settled];
    assert_eq!(case.conflict(), Some(Conflict::AlreadySettled));
    case.by_amount.push(candidate(2, 49_900, 300));
    assert_eq!(case.conflict(), Some(Conflict::SeveralCandidates));
    case.interval = Interval::second(t(60 + 601));
    assert_eq!(case.settles(), Some((intent(2), Rung::ReservedAmount)));
}

#[test]
fn a_second_payment_with_the_same_code_asks_a_person() {
    let mut case = upi(49_900, 60);
    let mut settled = candidate(1, 49_900, 0);
    settled.status = StatusName::Settled;
    settled.settled_at = Some(t(30));
    case.by_code = vec![settled];
    assert_eq!(case.conflict(), Some(Conflict::AlreadySettled));
}

#[test]
fn what_only_a_revoked_source_told_of_settles_by_no_rung() {
    let one = || vec![candidate(1, 49_900, 0)];
    let of = |fill: fn(&mut Case, Vec<Candidate>)| {
        let mut case = upi(49_900, 60);
        fill(&mut case, one());
        assert!(case.settles().is_some());
        case.doubted = true;
        case.decide()
    };
    let review = |candidates| Decision::Review {
        reason: Conflict::SourceRevoked,
        candidates,
    };
    assert_eq!(of(|case, one| case.by_code = one), review(vec![intent(1)]));
    assert_eq!(
        of(|case, one| case.by_amount = one),
        review(vec![intent(1)])
    );
    let claimed = of(|case, one| {
        case.dedication = Dedication::Shared;
        case.by_amount.clone_from(&one);
        case.by_claim = one;
    });
    assert_eq!(claimed, review(vec![intent(1)]));
    let declared = of(|case, one| {
        let declared = |candidate| Declared {
            candidate,
            declared_at: t(30),
        };
        case.by_vpa = one.into_iter().map(declared).collect();
    });
    assert_eq!(declared, review(Vec::new()));
}

#[test]
fn a_cheque_credit_of_the_right_amount_settles_nothing() {
    for mode in [PaymentMode::Cheque, PaymentMode::Cash, PaymentMode::Other] {
        let mut case = upi(49_900, 60);
        case.mode = mode;
        case.by_amount = vec![candidate(1, 49_900, 0)];
        assert_eq!(
            case.conflict(),
            Some(Conflict::ModeNeedsAPerson),
            "{mode:?}"
        );
    }
}

#[test]
fn debits_and_reversals_settle_nothing() {
    for direction in [Direction::Debit, Direction::Reversal] {
        let mut case = upi(49_900, 60);
        case.direction = direction;
        case.by_amount = vec![candidate(1, 49_900, 0)];
        assert_eq!(case.conflict(), Some(Conflict::NotACredit));
    }
}

fn any_dedication() -> impl Strategy<Value = Dedication> {
    use Dedication::{Kept, Shared, Suspended};
    prop::sample::select(vec![Shared, Kept, Suspended])
}

proptest! {
    /// Whatever the candidates are, an amount settles only an intent of that amount, on a dedicated account, opened before
    /// the payment ended, and only if no second one fits.
    #[test]
    fn an_amount_never_settles_against_the_rules(
        dedication in any_dedication(),
        paise in 100_i64..104,
        at in 0_i64..20_000,
        length in 0_i64..4_000,
        others in prop::collection::vec((100_i64..104, 0_i64..20_000, 0_usize..10), 0..6),
    ) {
        let mut case = upi(paise, at);
        case.dedication = dedication;
        case.interval = Interval::new(t(at), t(at + length), crate::Precision::Date).unwrap();
        case.by_amount = others.iter().zip(1_u128..).map(|((p, created, status), n)| {
            let mut c = candidate(n, *p, *created);
            c.status = StatusName::ALL[*status];
            if has_its_money(c.status) { c.settled_at = Some(t(created + 30)); }
            c
        }).collect();
        if let Some((id, rung)) = case.settles() {
            let c = case.by_amount.iter().find(|c| c.intent == id).unwrap();
            prop_assert_eq!(rung, Rung::ReservedAmount);
            prop_assert!(dedication == Dedication::Kept && c.payable.minor() == paise);
            prop_assert!(c.created_at < case.interval.to() && !has_its_money(c.status));
            let fitting = case.by_amount.iter().filter(|c| c.payable.minor() == paise
                && c.status != StatusName::Settled && c.status != StatusName::Reversed
                && case.interval.meets(earlier(c.created_at, CLOCK_SKEW), c.late_until)).count();
            prop_assert_eq!(fitting, 1);
        }
    }
}
