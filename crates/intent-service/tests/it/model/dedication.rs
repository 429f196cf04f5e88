//! When an account's amounts fall silent: two of its credits in 7 days, and more than 2 % of them, fitted nothing.

use super::ladder::{Alert, Finding};
use super::reference::{DEDICATED, MINUTE, Shop};
use super::steps::Nature;

const WEEK: i64 = 7 * 24 * 60 * MINUTE;

/// What is remembered of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Amounts {
    credits: Vec<Credit>,
    pub suspended: bool,
    /// When the owner last said that all is well.
    pub restored: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Credit {
    to: i64,
    unfitting: bool,
    /// Only a revoked source told of it, and no intent has it.
    doubted: bool,
}

impl Shop {
    /// A new alert was decided about.
    pub(super) fn watch(&mut self, alert: &Alert, finding: &Finding, fitted: bool) {
        if matches!(alert.nature, Nature::Debit) {
            return;
        }
        let named = fitted || !alert.codes.is_empty();
        let unfitting = match finding.why {
            "no_candidate" | "created_later" => true,
            "mode_needs_a_person" => !named,
            _ => false,
        };
        let earliest = self.opened.max(self.now - WEEK);
        let amounts = &mut self.amounts[alert.account];
        amounts.credits.push(Credit {
            to: alert.to,
            unfitting,
            doubted: finding.why == "source_revoked",
        });
        let number = amounts.credits.len() - 1;
        self.doubts.credits.insert(alert.key(), number);
        let amounts = &mut self.amounts[alert.account];
        if finding.intent.is_some() || amounts.suspended || !DEDICATED[alert.account] {
            return;
        }
        let since = amounts.restored.map_or(earliest, |at| at.max(earliest));
        let counted = amounts
            .credits
            .iter()
            .filter(|c| c.to > since && !c.doubted);
        let unfitting = counted.clone().filter(|c| c.unfitting).count();
        amounts.suspended = unfitting >= 2 && unfitting * 100 > 2 * counted.count();
    }

    /// What was found about a known credit changed: whether it may be no payment at all.
    pub(super) fn credit_doubted(&mut self, alert: &Alert, doubted: bool) {
        if let Some(number) = self.doubts.credits.get(&alert.key()) {
            self.amounts[alert.account].credits[*number].doubted = doubted;
        }
    }

    /// The owner says that all is well: false where nothing ever was otherwise.
    pub(super) fn restore(&mut self, account: usize) -> bool {
        let amounts = &mut self.amounts[account];
        if amounts.suspended {
            amounts.suspended = false;
            amounts.restored = Some(self.now);
        }
        amounts.restored.is_some()
    }
}
