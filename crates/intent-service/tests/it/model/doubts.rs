//! What was told by whom, and which of it is not believed any more.

use super::ladder::{Alert, Finding};
use super::reference::{Shop, State};
use super::steps::Nature;
use std::collections::{BTreeMap, BTreeSet};

type Key = (usize, String);

/// What is remembered of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    /// The numbers of the alerts that are doubted, whether or not they came.
    doubted: BTreeSet<usize>,
    /// The source and the number of each alert of some money.
    tellings: BTreeMap<Key, Vec<(usize, usize)>>,
    /// What the first of them said.
    said: BTreeMap<Key, Alert>,
    /// The place of some money among its account's credits.
    pub credits: BTreeMap<Key, usize>,
}

impl Shop {
    /// Somebody tells of this money.
    pub(super) fn hear(&mut self, alert: &Alert, source: usize, told: usize) {
        let key = alert.key();
        let tellings = self.doubts.tellings.entry(key.clone()).or_default();
        tellings.push((source, told));
        self.doubts.said.entry(key).or_insert_with(|| alert.clone());
    }

    /// Whether nobody tells of it but sources that were revoked.
    pub(super) fn is_doubted(&self, key: &Key) -> bool {
        let told = &self.doubts.tellings[key];
        let is_doubted = |(_, told): &&(usize, usize)| self.doubts.doubted.contains(told);
        let revoked: Vec<usize> = told.iter().filter(is_doubted).map(|(s, _)| *s).collect();
        told.iter().all(|(source, _)| revoked.contains(source))
    }

    /// Money that is known is told of again.
    pub(super) fn told_again(&mut self, alert: &Alert, source: usize, told: usize) {
        let key = alert.key();
        // Another amount is an alarm, and counts for nothing.
        if self.doubts.said[&key].amount != alert.amount {
            return;
        }
        // Of what was told twice under one number, the second is the same event.
        if self.doubts.tellings[&key].contains(&(source, told)) {
            return;
        }
        let before = self.is_doubted(&key);
        self.hear(alert, source, told);
        if !before || self.is_doubted(&key) {
            return;
        }
        // Somebody else vouches for it now.
        let said = self.doubts.said[&key].clone();
        match self.findings[&key].intent {
            Some(n) => self.weigh(n),
            None => {
                let finding = self.find(&said, &self.fit(&said));
                self.credit_doubted(&said, false);
                self.give(&said, &finding);
                self.findings.insert(key, finding);
            }
        }
    }

    /// What one alert told is not believed any more.
    pub(super) fn doubt(&mut self, alert: &Alert, source: usize, told: usize) {
        if !self.doubts.doubted.insert(told) {
            return;
        }
        let key = alert.key();
        let is_here = |tellings: &Vec<(usize, usize)>| tellings.contains(&(source, told));
        if !self.doubts.tellings.get(&key).is_some_and(is_here) {
            return;
        }
        let said = self.doubts.said[&key].clone();
        if matches!(said.nature, Nature::Debit) {
            return;
        }
        match self.findings[&key].intent {
            Some(n) if !self.stands(&key, n) => {
                let intent = &mut self.intents[n];
                if intent.doubted {
                    return;
                }
                intent.doubted = true;
                match intent.state {
                    State::Settled => intent.events += 1,
                    _ => self.judge(n),
                }
            }
            Some(_) => {}
            None if self.is_doubted(&key) => {
                self.credit_doubted(&said, true);
                self.findings.insert(key, Finding::doubted(&said));
            }
            None => {}
        }
    }

    /// Whether an intent's money is all vouched for again.
    fn weigh(&mut self, n: usize) {
        let mut own = self.findings.iter().filter(|(_, f)| f.intent == Some(n));
        if !self.intents[n].doubted || !own.all(|(key, _)| self.stands(key, n)) {
            return;
        }
        let intent = &mut self.intents[n];
        intent.doubted = false;
        match intent.state {
            State::Settled => intent.events += 1,
            _ => self.judge(n),
        }
    }

    /// Whether somebody who is believed told of it, and the ladder names the intent by that, as if it had no money yet.
    fn stands(&self, key: &Key, n: usize) -> bool {
        if self.is_doubted(key) {
            return false;
        }
        let told = &self.doubts.tellings[key];
        if told
            .iter()
            .all(|(_, told)| !self.doubts.doubted.contains(told))
        {
            return true;
        }
        let said = &self.doubts.said[key];
        let mut before = Self {
            intents: self.intents.clone(),
            ..Self::default()
        };
        before.intents[n].state = State::Pending;
        before.intents[n].settled = None;
        let by_amount = self.findings[key].why == "reserved_amount";
        before.amounts[said.account].suspended = !by_amount && self.amounts[said.account].suspended;
        before.find(said, &before.fit(said)).intent == Some(n)
    }
}
