//! SMS and notifications of business apps, read by the same rules.

use super::refusal::OWN_MONEY;
use super::{Bank, Rules, only, refusal};
use crate::general;
use crate::mail::in_one_line;
use crate::reading::{Doubt, Reading};
use serde::Deserialize;

/// How a message came to the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    Sms,
    /// What a business app shows.
    Notification,
}

impl Rules {
    /// The bank whose SMS have this header: `HDFCBK`, without operator and kind.
    pub fn header_bank(&self, header: &str) -> Option<&str> {
        let sent_by = |bank: &&Bank| bank.headers.iter().any(|h| h.eq_ignore_ascii_case(header));
        self.banks.iter().find(sent_by).map(|b| b.code.as_str())
    }

    /// The bank or service whose business app has this Android package.
    pub fn app_bank(&self, package: &str) -> Option<&str> {
        let shown_by = |bank: &&Bank| bank.apps.iter().any(|a| a == package);
        self.banks.iter().find(shown_by).map(|b| b.code.as_str())
    }

    /// What a message of this bank says. As sure as [`Rules::read`] is of a mail, under the same conditions; who sent it is the
    /// phone's word.
    pub fn read_message(&self, bank: &str, via: Via, text: &str) -> Reading {
        match self.banks.iter().find(|b| b.code == bank) {
            Some(bank) => bank.read_message(via, &in_one_line(text)),
            None => self.glance(text),
        }
    }

    /// What the general reader makes of a message of nobody that is known: never sure.
    pub fn glance(&self, text: &str) -> Reading {
        general_message(None, Doubt::NoRules, text)
    }
}

impl Bank {
    fn read_message(&self, via: Via, text: &str) -> Reading {
        let unread = |doubt| Reading::unread(Some(&self.code), doubt);
        let fitting = self.messages.iter().filter(|(v, _)| *v == via);
        let (template, found) = match only(fitting.map(|(_, t)| t), text) {
            Ok(only) => only,
            Err(Doubt::NoTemplate) => {
                return general_message(Some(&self.code), Doubt::NoTemplate, text);
            }
            Err(doubt) => return unread(doubt),
        };
        let shown = |doubt| general_message(Some(&self.code), doubt, text);
        if let Some(word) = refusal(&found.without_free_text()) {
            return shown(Doubt::Refused(word));
        }
        match found.facts(template, &self.note_fillers) {
            Ok(facts) if self.is_payer(template, facts.as_ref()) => {
                unread(Doubt::Refused(OWN_MONEY))
            }
            Ok(facts) => Reading {
                kind: template.kind,
                bank: Some(self.code.clone()),
                facts,
                rule: Some(template.reference(&self.code, self.version)),
                doubt: None,
            },
            Err(doubt @ Doubt::Refused(_)) => shown(doubt),
            Err(doubt) => unread(doubt),
        }
    }
}

/// As [`Reading::general`] for a mail.
fn general_message(bank: Option<&str>, doubt: Doubt, text: &str) -> Reading {
    match general::read_message(text) {
        Some((kind, facts)) => Reading {
            kind,
            facts: Some(facts),
            ..Reading::unread(bank, doubt)
        },
        None => {
            let word = refusal(text).map_or(doubt, Doubt::Refused);
            Reading::unread(bank, word)
        }
    }
}

#[cfg(test)]
mod tests;
