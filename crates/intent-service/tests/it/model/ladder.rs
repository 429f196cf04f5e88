//! Whose money it is: the identity ladder, as far as it goes.

use super::reference::{DEDICATED, MINUTE, Part, Shop, State};
use super::steps::Nature;
use std::collections::BTreeSet;

/// The clocks of banks differ.
const SKEW: i64 = 2 * MINUTE;
const SETTLED_BLOCKS: i64 = 10 * MINUTE;

#[derive(Clone, Debug)]
pub(super) struct Alert {
    pub account: usize,
    pub reference: String,
    pub amount: i64,
    pub from: i64,
    pub to: i64,
    /// The intents whose code stands in the note.
    pub codes: BTreeSet<usize>,
    pub nature: Nature,
}

/// What became of an alert: what it was found to be, why, and whose money it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub outcome: &'static str,
    pub why: &'static str,
    pub intent: Option<usize>,
}

impl Alert {
    /// What makes it the same money.
    pub(super) fn key(&self) -> (usize, String) {
        (self.account, self.reference.clone())
    }
}

impl Finding {
    /// Of what only revoked sources told.
    pub(super) fn doubted(alert: &Alert) -> Self {
        let why = match alert.nature {
            Nature::Debit => "not_a_credit",
            Nature::Cheque | Nature::Upi => "source_revoked",
        };
        Self {
            outcome: "review",
            why,
            intent: None,
        }
    }
}

impl Shop {
    /// Evidence. The same reference again is nothing new, but somebody else may vouch by it for what was in doubt.
    pub(super) fn alert(&mut self, alert: &Alert, source: usize, told: usize) {
        let key = alert.key();
        if self.findings.contains_key(&key) {
            return self.told_again(alert, source, told);
        }
        self.hear(alert, source, told);
        let fit = self.fit(alert);
        let finding = if self.is_doubted(&key) {
            Finding::doubted(alert)
        } else {
            self.find(alert, &fit)
        };
        self.watch(alert, &finding, !fit.is_empty());
        self.give(alert, &finding);
        self.findings.insert(key, finding);
    }

    /// The intents that ask for this amount at this time.
    pub(super) fn fit(&self, alert: &Alert) -> Vec<usize> {
        (0..self.intents.len())
            .filter(|n| self.amount_fits(*n, alert))
            .collect()
    }

    /// The money counts for the intent that was found.
    pub(super) fn give(&mut self, alert: &Alert, finding: &Finding) {
        if let Some(n) = finding.intent {
            self.intents[n].parts.push(Part {
                amount: alert.amount,
                from: alert.from,
                to: alert.to,
            });
            self.judge(n);
        }
    }

    /// The identity ladder: a, the code; d, the reserved amount alone.
    pub(super) fn find(&self, alert: &Alert, fit: &[usize]) -> Finding {
        let finding = |outcome, why| Finding {
            outcome,
            why,
            intent: None,
        };
        match alert.nature {
            Nature::Debit => return finding("review", "not_a_credit"),
            Nature::Cheque => return finding("review", "mode_needs_a_person"),
            Nature::Upi => {}
        }
        let codes: Vec<usize> = alert.codes.iter().copied().collect();
        let (named, rung) = match (codes.as_slice(), fit) {
            ([_, _, ..], _) => return finding("review", "several_codes"),
            ([one], _) => (*one, "code"),
            ([], []) => return finding("suspense", "no_candidate"),
            ([], _) if !DEDICATED[alert.account] => {
                return finding("suspense", "account_not_dedicated");
            }
            ([], _) if self.amounts[alert.account].suspended => {
                return finding("suspense", "dedication_suspended");
            }
            ([], [one]) => (*one, "reserved_amount"),
            ([], _) => return finding("review", "several_candidates"),
        };
        let intent = &self.intents[named];
        if intent.account != alert.account {
            return finding("review", "code_of_another_account");
        }
        if intent.state == State::Settled {
            return finding("review", "already_settled");
        }
        let older = match rung {
            // The code itself did not exist yet; clocks differ.
            "code" => alert.to < intent.created - SKEW,
            _ => intent.created >= alert.to,
        };
        if older {
            return finding("review", "created_later");
        }
        if DEDICATED[alert.account] && !fit.is_empty() && !fit.contains(&named) {
            return finding("review", "rungs_disagree");
        }
        Finding {
            outcome: "allocated",
            why: rung,
            intent: Some(named),
        }
    }

    fn amount_fits(&self, n: usize, alert: &Alert) -> bool {
        let intent = &self.intents[n];
        let left = match intent.settled {
            Some(settled) => settled.at + SETTLED_BLOCKS,
            None => i64::MAX,
        };
        intent.account == alert.account
            && intent.payable == alert.amount
            && alert.to >= intent.created - SKEW
            && alert.from <= intent.late_until().min(left)
    }
}
