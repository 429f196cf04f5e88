//! The rules once more, as plainly as they can be said. Nothing here is shared with the service.
//!
//! Times are microseconds since 1970, money is paise.

use super::dedication::Amounts;
use super::doubts::Doubts;
use super::ladder::Finding;
use super::steps::Rules;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
const OPEN_FOR: i64 = 15 * MINUTE;
/// An alert may be on its way for so long.
const GRACE: i64 = 10 * MINUTE;

/// Which accounts receive nothing but intents' money.
pub(super) const DEDICATED: [bool; 2] = [true, false];

#[derive(Default)]
pub(super) struct Shop {
    pub now: i64,
    /// When its accounts were registered.
    pub opened: i64,
    pub intents: Vec<Intent>,
    /// By account and reference.
    pub findings: BTreeMap<(usize, String), Finding>,
    pub sources: [Source; 2],
    /// Account, amount, and until when it is held.
    pub holds: Vec<(usize, i64, i64)>,
    pub amounts: [Amounts; 2],
    pub doubts: Doubts,
}

#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub account: usize,
    pub payable: i64,
    pub created: i64,
    rules: Rules,
    pub parts: Vec<Part>,
    pub cancelled: Option<i64>,
    /// Everything that could have seen its money had looked past its deadline once.
    ruled_out: bool,
    pub state: State,
    pub events: i64,
    /// How much money the last event told of.
    told: i64,
    pub settled: Option<Settled>,
    /// Only a revoked source vouches for some of its money.
    pub doubted: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub amount: i64,
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Underpaid,
    Verifying,
    Review(&'static str),
    Settled,
    Expired,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    pub at: i64,
    pub paid: i64,
    pub late: bool,
    pub excess: i64,
}

/// A mailbox.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// The number of its last word.
    pub said: i64,
    stored: BTreeSet<i64>,
    /// Watermarks that were heard: up to when, and the last word before.
    heard: Vec<(i64, i64)>,
    /// Until when it looked, as the service says: a watermark that waits for a word may be dropped, since it is repeated.
    pub looked: Option<i64>,
    /// By account: whether it is a witness, and which word said so.
    counting: BTreeMap<usize, (i64, bool)>,
}

impl Intent {
    /// Until when late money is taken.
    pub(super) fn late_until(&self) -> i64 {
        let window = match self.rules {
            Rules::ShortWindow => 10,
            _ => 240,
        };
        self.expires() + window * MINUTE
    }

    pub(super) fn expires(&self) -> i64 {
        self.created + OPEN_FOR
    }

    pub(super) fn received(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }

    fn enough(&self) -> i64 {
        match self.rules {
            Rules::Tolerant => self.payable - 1,
            _ => self.payable,
        }
    }

    /// When enough was paid, as early and as late as that can have been.
    fn paid_between(&self) -> Option<(i64, i64)> {
        let paid_by = |t: i64, end: fn(&Part) -> i64| -> i64 {
            let paid = self.parts.iter().filter(|part| end(part) <= t);
            paid.map(|part| part.amount).sum()
        };
        let first = |end: fn(&Part) -> i64| {
            let enough = self.parts.iter().map(end);
            enough.filter(|t| paid_by(*t, end) >= self.enough()).min()
        };
        Some((first(|part| part.from)?, first(|part| part.to)?))
    }

    fn enter(&mut self, next: State) {
        if (self.state, self.told) != (next, self.received()) {
            self.state = next;
            self.told = self.received();
            self.events += 1;
        }
    }
}

impl Source {
    /// The latest watermark of which every word before is stored.
    pub(super) fn may_have_looked(&self) -> Option<i64> {
        let complete = |last: i64| (1..=last).all(|seq| self.stored.contains(&seq));
        let counted = self.heard.iter().filter(|(_, last)| complete(*last));
        counted.map(|(until, _)| *until).max()
    }
}

impl Shop {
    /// A new intent: what it must ask for, or `None` where every amount is held.
    pub(super) fn amount_for(&self, account: usize, price: i64) -> Option<i64> {
        let most = (price / 200).min(99);
        let mut free = Vec::new();
        for preference in 0..=2 * most {
            let step = (preference + 1) / 2;
            let amount = price + if preference % 2 == 1 { -step } else { step };
            let holds = self.holds.iter();
            let of_amount = holds.filter(|(a, p, _)| (*a, *p) == (account, amount));
            let held_until = of_amount.map(|(_, _, until)| *until).max().unwrap_or(0);
            if held_until <= self.now {
                free.push((held_until, preference, amount));
            }
        }
        free.into_iter().min().map(|(_, _, amount)| amount)
    }

    pub(super) fn create(&mut self, account: usize, payable: i64, rules: Rules) {
        let intent = Intent {
            account,
            payable,
            created: self.now,
            rules,
            parts: Vec::new(),
            cancelled: None,
            ruled_out: false,
            state: State::Pending,
            events: 1,
            told: 0,
            settled: None,
            doubted: false,
        };
        self.holds
            .push((account, payable, intent.expires() + GRACE));
        self.intents.push(intent);
    }

    /// True if the merchant is told that it is cancelled.
    pub(super) fn cancel(&mut self, n: usize) -> bool {
        let now = self.now;
        let intent = &mut self.intents[n];
        let undecided = matches!(intent.state, State::Review(_) | State::Cancelled);
        if intent.cancelled.is_some() && undecided {
            return true;
        }
        let over = matches!(
            intent.state,
            State::Settled | State::Expired | State::Cancelled
        );
        if over || intent.received() >= intent.enough() {
            return false;
        }
        intent.cancelled = Some(now);
        if intent.doubted {
            // The merchant is answered with an event, whatever state it says.
            intent.events += 1;
            return true;
        }
        intent.enter(if intent.received() == 0 {
            State::Cancelled
        } else {
            State::Review("late_after_cancel")
        });
        true
    }

    /// Time has passed, or a witness has spoken.
    pub(super) fn look(&mut self) {
        for n in 0..self.intents.len() {
            let open = matches!(
                self.intents[n].state,
                State::Pending | State::Underpaid | State::Verifying
            );
            if open {
                self.judge(n);
            }
        }
    }

    /// A word of a mailbox is stored, whatever it was.
    pub(super) fn store(&mut self, source: usize, seq: i64) {
        self.sources[source].stored.insert(seq);
    }

    pub(super) fn watermark(&mut self, source: usize, until: i64, last: i64) {
        self.sources[source].heard.push((until, last));
    }

    pub(super) fn count(&mut self, source: usize, seq: i64, account: usize, counting: bool) {
        let known = self.sources[source]
            .counting
            .entry(account)
            .or_insert((0, false));
        if seq > known.0 {
            *known = (seq, counting);
        }
    }

    /// What the facts of an intent come to.
    pub(super) fn judge(&mut self, n: usize) {
        let witnessed = self.witnessed(self.intents[n].account);
        let now = self.now;
        let intent = &mut self.intents[n];
        let deadline = intent.expires() + GRACE;
        if now > deadline && witnessed.is_some_and(|until| until > deadline) {
            intent.ruled_out = true;
        }
        if intent.doubted && intent.received() > 0 {
            // That is all that the row says then: what was ruled out is asked again once the doubt is gone.
            intent.ruled_out = false;
            intent.enter(State::Review("source_revoked"));
            return;
        }
        if let Some((early, late)) = intent.paid_between() {
            let is_late = early > intent.expires();
            let asked = matches!(intent.rules, Rules::AsksWhenLate);
            if intent.cancelled.is_some_and(|at| late > at) {
                intent.enter(State::Review("late_after_cancel"));
            } else if early > intent.late_until() || (is_late && asked) {
                intent.enter(State::Review("late"));
            } else {
                intent.enter(State::Settled);
                intent.settled = Some(Settled {
                    at: now,
                    paid: late,
                    late: is_late,
                    excess: (intent.received() - intent.payable).max(0),
                });
            }
            return;
        }
        let some = intent.received() > 0;
        let next = match intent.cancelled {
            Some(_) if some => State::Review("late_after_cancel"),
            Some(_) => State::Cancelled,
            None if now <= deadline && some => State::Underpaid,
            None if now <= deadline => State::Pending,
            None if intent.ruled_out && some => State::Review("underpaid_at_expiry"),
            None if intent.ruled_out => State::Expired,
            None if now <= intent.late_until() => State::Verifying,
            None => State::Review("source_blind"),
        };
        intent.enter(next);
    }

    /// Until when every witness of the account has looked. `None` where there is none, or one said nothing yet.
    fn witnessed(&self, account: usize) -> Option<i64> {
        let counts = |s: &&Source| s.counting.get(&account).is_some_and(|(_, c)| *c);
        let witnesses: Vec<&Source> = self.sources.iter().filter(counts).collect();
        let looked: Option<Vec<i64>> = witnesses.iter().map(|s| s.looked).collect();
        looked?.into_iter().min()
    }
}
