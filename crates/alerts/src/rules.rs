//! Rules are data: one TOML file per bank says who sends its alerts and what they look like.

mod file;
mod message;
mod refusal;
mod speaker;
mod template;
mod values;

use crate::facts::{Facts, Kind};
use crate::mail::Mail;
use crate::reading::{Doubt, Reading};
use file::BankFile;
pub use file::RuleError;
pub use message::Via;
pub(crate) use refusal::refusal;
pub use refusal::speaks_of_money;
use refusal::{OWN_MONEY, REVERSED};
use speaker::Names;
use std::sync::OnceLock;
use template::{Match, Template};
pub(crate) use values::amount;

/// The banks of every installation. No name of a reserved domain (RFC 2606) may stand here.
const BUILTIN: &[&str] = &[
    include_str!("../rules/airtel.toml"),
    include_str!("../rules/amazonpay.toml"),
    include_str!("../rules/amex.toml"),
    include_str!("../rules/au.toml"),
    include_str!("../rules/axis.toml"),
    include_str!("../rules/bandhan.toml"),
    include_str!("../rules/bharatpe.toml"),
    include_str!("../rules/bob.toml"),
    include_str!("../rules/boi.toml"),
    include_str!("../rules/bom.toml"),
    include_str!("../rules/canara.toml"),
    include_str!("../rules/cashfree.toml"),
    include_str!("../rules/central.toml"),
    include_str!("../rules/cosmos.toml"),
    include_str!("../rules/cred.toml"),
    include_str!("../rules/csb.toml"),
    include_str!("../rules/cub.toml"),
    include_str!("../rules/dbs.toml"),
    include_str!("../rules/dcb.toml"),
    include_str!("../rules/dhanlaxmi.toml"),
    include_str!("../rules/equitas.toml"),
    include_str!("../rules/esaf.toml"),
    include_str!("../rules/famapp.toml"),
    include_str!("../rules/federal.toml"),
    include_str!("../rules/fi.toml"),
    include_str!("../rules/fino.toml"),
    include_str!("../rules/googlepay.toml"),
    include_str!("../rules/hdfc.toml"),
    include_str!("../rules/hsbc.toml"),
    include_str!("../rules/icici.toml"),
    include_str!("../rules/idbi.toml"),
    include_str!("../rules/idfc.toml"),
    include_str!("../rules/indianbank.toml"),
    include_str!("../rules/indusind.toml"),
    include_str!("../rules/iob.toml"),
    include_str!("../rules/ippb.toml"),
    include_str!("../rules/jana.toml"),
    include_str!("../rules/jio.toml"),
    include_str!("../rules/jkbank.toml"),
    include_str!("../rules/jupiter.toml"),
    include_str!("../rules/karnataka.toml"),
    include_str!("../rules/keralabank.toml"),
    include_str!("../rules/keralagramin.toml"),
    include_str!("../rules/kotak.toml"),
    include_str!("../rules/kvb.toml"),
    include_str!("../rules/mobikwik.toml"),
    include_str!("../rules/navi.toml"),
    include_str!("../rules/nsdl.toml"),
    include_str!("../rules/paytm.toml"),
    include_str!("../rules/phonepe.toml"),
    include_str!("../rules/pnb.toml"),
    include_str!("../rules/psb.toml"),
    include_str!("../rules/razorpay.toml"),
    include_str!("../rules/rbl.toml"),
    include_str!("../rules/saraswat.toml"),
    include_str!("../rules/sbi.toml"),
    include_str!("../rules/sc.toml"),
    include_str!("../rules/sib.toml"),
    include_str!("../rules/slice.toml"),
    include_str!("../rules/suryoday.toml"),
    include_str!("../rules/supermoney.toml"),
    include_str!("../rules/svc.toml"),
    include_str!("../rules/tjsb.toml"),
    include_str!("../rules/tmb.toml"),
    include_str!("../rules/uco.toml"),
    include_str!("../rules/ujjivan.toml"),
    include_str!("../rules/union.toml"),
    include_str!("../rules/utkarsh.toml"),
    include_str!("../rules/yes.toml"),
];
/// A bank that does not exist, for development, the demo and tests.
const DEMO: &str = include_str!("../rules/examplebank.toml");

/// Which banks are known, and how their alerts read.
#[derive(Clone, Debug)]
pub struct Rules {
    banks: Vec<Bank>,
    /// Compiled when a mail of no listed sender first asks.
    names: OnceLock<Names>,
}

#[derive(Clone, Debug)]
struct Bank {
    code: String,
    version: u32,
    senders: Vec<String>,
    domains: Vec<String>,
    headers: Vec<String>,
    apps: Vec<String>,
    names: Vec<String>,
    note_fillers: Vec<String>,
    templates: Vec<Template>,
    messages: Vec<(Via, Template)>,
}

impl Rules {
    /// The rules that come with the program, without the demo bank: for production.
    pub fn builtin() -> Self {
        Self::embedded(BUILTIN)
    }

    /// The built-in rules and the demo bank's: for development, `noxpay demo`, tests.
    pub fn with_demo_bank() -> Self {
        Self::embedded(&Self::embedded_files())
    }

    fn embedded_files() -> Vec<&'static str> {
        BUILTIN.iter().copied().chain([DEMO]).collect()
    }

    fn embedded(files: &[&str]) -> Self {
        Self::unchecked(files).expect("the files are part of the program, and a test checks them")
    }

    /// Reads rule files, one per bank.
    pub fn parse(files: &[&str]) -> Result<Self, RuleError> {
        let rules = Self::unchecked(files)?;
        rules
            .banks
            .iter()
            .flat_map(|bank| {
                bank.templates
                    .iter()
                    .chain(bank.messages.iter().map(|(_, t)| t))
            })
            .try_for_each(Template::check)?;
        Ok(rules)
    }

    fn unchecked(files: &[&str]) -> Result<Self, RuleError> {
        let banks = files
            .iter()
            .map(|text| BankFile::parse(text)?.bank())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            banks,
            names: OnceLock::new(),
        })
    }

    /// Adds domains that may send and sign for a bank, in the form of a corpus' `trusted-domains.json`: an object of bank code →
    /// list of domains. For checking files; a bank that is only known so has no templates, and the name that its code spells.
    pub fn trust_json(&mut self, json: &str) -> Result<(), serde_json::Error> {
        let listed: std::collections::BTreeMap<String, Vec<String>> = serde_json::from_str(json)?;
        self.names = OnceLock::new();
        for (code, domains) in listed {
            let domains = domains.into_iter().map(|d| d.to_ascii_lowercase());
            match self.banks.iter_mut().find(|b| b.code == code) {
                Some(bank) => bank.domains.extend(domains),
                None => self.banks.push(Bank {
                    names: speaker::spelt(&code).into_iter().collect(),
                    code,
                    version: 0,
                    senders: Vec::new(),
                    domains: domains.collect(),
                    headers: Vec::new(),
                    apps: Vec::new(),
                    note_fillers: Vec::new(),
                    templates: Vec::new(),
                    messages: Vec::new(),
                }),
            }
        }
        Ok(())
    }

    /// The bank whose alerts come from exactly this address.
    pub fn sender_bank(&self, address: &str) -> Option<&str> {
        let sent_by = |bank: &&Bank| bank.senders.iter().any(|s| s.eq_ignore_ascii_case(address));
        self.banks
            .iter()
            .find(sent_by)
            .map(|bank| bank.code.as_str())
    }

    /// Whether the mail's From is an address that `bank`'s alerts come from.
    pub(crate) fn lists_sender_of(&self, bank: &str, mail: &Mail) -> bool {
        let from = mail.from_address();
        from.and_then(|from| self.sender_bank(&from).map(|b| b == bank)) == Some(true)
    }

    /// Every address that some bank's alerts come from: a mailbox need read no other mail.
    pub fn senders(&self) -> impl Iterator<Item = &str> {
        self.banks
            .iter()
            .flat_map(|bank| bank.senders.iter().map(String::as_str))
    }

    /// Whether a bank of this code has rules.
    pub fn knows(&self, bank: &str) -> bool {
        self.banks.iter().any(|b| b.code == bank)
    }

    /// Whether `signer` may vouch for mail from `from_domain`: a bank lists that domain, and the signer is it or a parent of it
    /// that the same bank lists. `None` where no bank lists it. Exact names only: `bank.in` is a public suffix.
    pub(crate) fn may_sign(&self, from_domain: &str, signer: &str) -> Option<bool> {
        let bank = self.bank_of_domain(from_domain)?;
        let parent = || {
            from_domain
                .strip_suffix(signer)
                .is_some_and(|sub| sub.ends_with('.'))
                && bank.lists(signer)
        };
        Some(signer == from_domain || parent())
    }

    fn bank_of_domain(&self, domain: &str) -> Option<&Bank> {
        self.banks.iter().find(|bank| bank.lists(domain))
    }

    /// What the mail says. Tries every template of the sender's bank; sure only if exactly one fits the whole text, in one way,
    /// no refusing word stands outside the payer's own words, and every fact is possible.
    pub fn read(&self, mail: &Mail) -> Reading {
        let from = mail.from_address();
        let domain = from
            .as_deref()
            .and_then(|f| f.split_once('@'))
            .map(|(_, domain)| domain);
        let Some(bank) = domain.and_then(|d| self.bank_of_domain(d)) else {
            return Reading::general(None, Doubt::NoRules, mail);
        };
        let reading = bank.read(mail);
        let listed = from.as_deref().and_then(|f| self.sender_bank(f)) == Some(bank.code.as_str());
        match reading.doubt {
            None if !listed => Reading {
                doubt: Some(Doubt::UnlistedSender),
                ..reading
            },
            _ => reading,
        }
    }
}

impl Bank {
    fn lists(&self, domain: &str) -> bool {
        self.domains.iter().any(|d| d == domain)
    }

    fn read(&self, mail: &Mail) -> Reading {
        let unread = |doubt| Reading::unread(Some(&self.code), doubt);
        let (template, found) = match only(self.templates.iter(), mail.text()) {
            Ok(only) => only,
            Err(Doubt::NoTemplate) => {
                return Reading::general(Some(&self.code), Doubt::NoTemplate, mail);
            }
            Err(doubt) => return unread(doubt),
        };
        // Before anything is extracted, and no rule can switch it off.
        let allowed = |word: &&str| template.kind == Kind::Reversal && *word == REVERSED;
        let word = |text: &str| refusal(text).filter(|word| !allowed(word));
        if let Some(word) = word(&mail.subject()).or_else(|| word(&found.without_free_text())) {
            // It may stand in advice, or be the payer's: shown if nothing else speaks against it, and never sure.
            return Reading::general(Some(&self.code), Doubt::Refused(word), mail);
        }
        self.extract(mail, template, &found)
    }

    /// Its own prize or cashback: nobody paid.
    fn is_payer(&self, template: &Template, facts: Option<&Facts>) -> bool {
        let payer = facts.and_then(|f| f.payer_name.as_ref());
        let own = |name: &String| payer.is_some_and(|p| p.as_str().eq_ignore_ascii_case(name));
        template.kind == Kind::Credit && self.names.iter().any(own)
    }

    fn extract(&self, mail: &Mail, template: &Template, found: &Match<'_>) -> Reading {
        let facts = match found.facts(template, &self.note_fillers) {
            Ok(facts) => facts,
            // Words that no template foresees may still be harmless: shown, and never sure.
            Err(doubt @ (Doubt::BadFact("footer") | Doubt::Refused(_))) => {
                return Reading::general(Some(&self.code), doubt, mail);
            }
            Err(doubt) => return Reading::unread(Some(&self.code), doubt),
        };
        if self.is_payer(template, facts.as_ref()) {
            return Reading::unread(Some(&self.code), Doubt::Refused(OWN_MONEY));
        }
        let recorded =
            mail.structure_is_signed() || template.structures.iter().any(|s| s == mail.structure());
        Reading {
            kind: template.kind,
            bank: Some(self.code.clone()),
            facts,
            rule: Some(template.reference(&self.code, self.version)),
            doubt: (!recorded).then_some(Doubt::UnsignedStructure),
        }
    }
}

/// The one template that fits the text.
fn only<'t, 'm>(
    templates: impl Iterator<Item = &'t Template>,
    text: &'m str,
) -> Result<(&'t Template, Match<'m>), Doubt> {
    let mut matches = templates.filter_map(|t| t.matches(text).map(|m| (t, m)));
    match (matches.next(), matches.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Doubt::Ambiguous),
        (None, _) => Err(Doubt::NoTemplate),
    }
}

#[cfg(test)]
mod tests;
