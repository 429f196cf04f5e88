//! Rung after rung.

use super::{
    CLOCK_SKEW, Candidate, Conflict, Decision, Declared, Dedication, Evidence, Rung,
    SETTLED_BLOCKS, Unmatched,
};
use crate::evidence::Direction;
use crate::ids::IntentId;
use crate::policy::{earlier, later};
use crate::status::StatusName;

/// Climbs the ladder. A rung settles only if exactly one intent fits it and no other rung names another.
pub fn decide(e: &Evidence<'_>) -> Decision {
    let fits: Vec<&Candidate> = e.by_amount.iter().filter(|c| fits_amount(c, e)).collect();
    let named: Vec<&Candidate> = e.by_code.iter().collect();
    if e.direction != Direction::Credit {
        return review(Conflict::NotACredit, &named);
    }
    let asks = if e.doubted {
        Some(Conflict::SourceRevoked)
    } else {
        (!e.mode.settles_alone()).then_some(Conflict::ModeNeedsAPerson)
    };
    if let Some(reason) = asks {
        let list = if named.is_empty() { &fits } else { &named };
        return review(reason, list);
    }
    match named.as_slice() {
        [] => by_vpa(e, &fits).unwrap_or_else(|| by_amount(e, &fits)),
        [one] => by_code(e, one, &fits),
        _ => review(Conflict::SeveralCodes, &named),
    }
}

fn by_code(e: &Evidence<'_>, one: &Candidate, fits: &[&Candidate]) -> Decision {
    let review = |reason| review(reason, &together(&[one], fits));
    if one.account != e.account {
        return review(Conflict::CodeOfAnotherAccount);
    }
    if has_its_money(one.status) {
        return review(Conflict::AlreadySettled);
    }
    if e.interval.to() < earlier(one.created_at, CLOCK_SKEW) {
        return review(Conflict::CreatedLater);
    }
    if amount_says_another(e, one, fits) {
        return review(Conflict::RungsDisagree);
    }
    allocate(one, Rung::Code)
}

/// `None` where nobody's declaration fits: a stranger's changes nothing.
fn by_vpa(e: &Evidence<'_>, fits: &[&Candidate]) -> Option<Decision> {
    let declared: Vec<&Declared> = e
        .by_vpa
        .iter()
        .filter(|d| fits_amount(&d.candidate, e) && d.candidate.created_at < e.interval.to())
        .filter(|d| !is_after_the_fact(d, e) || lies_within(&d.candidate, e))
        .collect();
    let all: Vec<&Candidate> = declared.iter().map(|d| &d.candidate).collect();
    let review = |reason| Some(review(reason, &together(&all, fits)));
    match declared.as_slice() {
        [] => None,
        [one] if has_its_money(one.candidate.status) => review(Conflict::AlreadySettled),
        [one] if amount_says_another(e, &one.candidate, fits) => review(Conflict::RungsDisagree),
        [one] if is_after_the_fact(one, e) && others(&one.candidate, fits) => {
            review(Conflict::SeveralCandidates)
        }
        [one] => Some(allocate(&one.candidate, Rung::DeclaredVpa)),
        _ => review(Conflict::SeveralCandidates),
    }
}

fn by_amount(e: &Evidence<'_>, fits: &[&Candidate]) -> Decision {
    match fits {
        [] => by_claim(e, fits, Unmatched::NoCandidate),
        _ if e.dedication == Dedication::Shared => {
            by_claim(e, fits, Unmatched::AccountNotDedicated)
        }
        _ if !fits.iter().any(|c| c.reserved) => by_claim(e, fits, Unmatched::AmountNotReserved),
        _ if e.dedication == Dedication::Suspended => {
            by_claim(e, fits, Unmatched::DedicationSuspended)
        }
        _ if e.offered_again => by_claim(e, fits, Unmatched::NoCandidate),
        [one] if has_its_money(one.status) => review(Conflict::AlreadySettled, fits),
        [one] if one.created_at >= e.interval.to() => review(Conflict::CreatedLater, fits),
        [one] => allocate(one, Rung::ReservedAmount),
        _ => review(Conflict::SeveralCandidates, fits),
    }
}

/// A typed UTR is a hint: it can be read from a screenshot. It settles only what nothing else could mean.
fn by_claim(e: &Evidence<'_>, fits: &[&Candidate], otherwise: Unmatched) -> Decision {
    let claimed: Vec<&Candidate> = e.by_claim.iter().collect();
    match claimed.as_slice() {
        [] => Decision::Suspense { reason: otherwise },
        [one] if claim_fits(one, fits, e) => allocate(one, Rung::ClaimedUtr),
        [one] => review(Conflict::ClaimDoesNotFit, &together(&[one], fits)),
        _ => review(Conflict::SeveralClaims, &together(&claimed, fits)),
    }
}

fn claim_fits(one: &Candidate, fits: &[&Candidate], e: &Evidence<'_>) -> bool {
    one.account == e.account
        && one.payable == e.amount
        && !has_its_money(one.status)
        && one.created_at < e.interval.to()
        && lies_within(one, e)
        && !others(one, fits)
}

/// The amount speaks only where it can: on a dedicated account, held by another intent and not asked by this one as well.
fn amount_says_another(e: &Evidence<'_>, one: &Candidate, fits: &[&Candidate]) -> bool {
    e.dedication != Dedication::Shared
        && fits.iter().any(|c| c.reserved)
        && fits.iter().all(|c| c.intent != one.intent)
}

fn others(one: &Candidate, fits: &[&Candidate]) -> bool {
    fits.iter().any(|c| c.intent != one.intent)
}

/// Declared when the payment could be known.
fn is_after_the_fact(d: &Declared, e: &Evidence<'_>) -> bool {
    d.declared_at > e.interval.to()
}

/// Intents in any state count: late money must not hit the next holder of an amount.
fn fits_amount(c: &Candidate, e: &Evidence<'_>) -> bool {
    let until = match c.settled_at {
        Some(at) if has_its_money(c.status) => later(at, SETTLED_BLOCKS).min(c.late_until),
        _ => c.late_until,
    };
    c.account == e.account
        && c.payable == e.amount
        && e.interval.meets(earlier(c.created_at, CLOCK_SKEW), until)
}

/// The payment cannot have happened outside of the intent's life and late window.
fn lies_within(c: &Candidate, e: &Evidence<'_>) -> bool {
    e.interval.from() >= earlier(c.created_at, CLOCK_SKEW) && e.interval.to() <= c.late_until
}

const fn allocate(one: &Candidate, rung: Rung) -> Decision {
    Decision::Allocate {
        intent: one.intent,
        rung,
    }
}

fn review(reason: Conflict, candidates: &[&Candidate]) -> Decision {
    let candidates = candidates.iter().map(|c| c.intent).collect();
    Decision::Review { reason, candidates }
}

/// The first, then what else fits; each once.
fn together<'a>(first: &[&'a Candidate], fits: &[&'a Candidate]) -> Vec<&'a Candidate> {
    let mut seen: Vec<IntentId> = Vec::new();
    let mut all = Vec::new();
    for candidate in first.iter().chain(fits) {
        if !seen.contains(&candidate.intent) {
            seen.push(candidate.intent);
            all.push(*candidate);
        }
    }
    all
}

/// Whether an intent of this state asks for nothing any more.
pub const fn has_its_money(status: StatusName) -> bool {
    matches!(status, StatusName::Settled | StatusName::Reversed)
}
