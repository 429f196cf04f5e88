//! A merchant's own rules: what to read in the mails of a bank whose form the program does not know.
//!
//! They only extract. Who sent a mail, who signed it and which account it is about are judged as without them, and so is whether
//! money arrived at all: [`Rules::read_with`] lets a rule's facts count only where the general reader sees the same credit.

mod apply;
mod compile;

use crate::facts::{Facts, Kind};
use crate::mail::Mail;
use crate::reading::{Doubt, Reading, RuleRef};
use crate::rules::{Rules, refusal};
pub use compile::RuleFault;
use compile::pattern;
use domain::Money;
use domain::evidence::PaymentMode;
use domain::text::ShortText;
use regex::Regex;

/// Longest name and keyword, in characters.
const LONGEST_WORDS: usize = 100;
/// A shorter keyword stands in every mail.
const SHORTEST_KEYWORD: usize = 2;

/// A rule as a merchant writes it. Patterns are regular expressions, searched without case in the mail's normalised text; the
/// first group of each is what it reads. `\w` and `\d` are ASCII's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFields {
    /// Whose mails the rule is for. Where it is a known bank's short code, the rule reads that bank's mails alone.
    pub bank_name: String,
    /// Words that stand in the subject or text of the mails that the rule is for. Compared without case.
    pub detect_keyword: String,
    /// Rupees: `1,499.00`.
    pub amount_regex: String,
    /// The bank's reference: 12 digits, or 6 to 22 letters and digits.
    pub utr_regex: String,
    /// Who paid: a VPA or a name.
    pub sender_regex: Option<String>,
    /// What the payer wrote.
    pub remark_regex: Option<String>,
}

/// A rule that can be used.
#[derive(Clone, Debug)]
pub struct MerchantRule {
    reference: RuleRef,
    bank_name: String,
    keyword: String,
    amount: Regex,
    utr: Regex,
    sender: Option<Regex>,
    remark: Option<Regex>,
}

/// What a rule reads in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// Always positive.
    pub amount: Money,
    /// 12 digits as printed.
    pub utr: Option<String>,
    /// A reference of another form, upper case.
    pub other_ref: Option<String>,
    pub payer_vpa: Option<ShortText>,
    pub payer_name: Option<ShortText>,
    pub remark: Option<ShortText>,
    /// Elsewhere in the text the rule finds another reference, or the payer wrote it.
    ambiguous: bool,
}

impl MerchantRule {
    /// Compiles a rule; `reference` is what observations will name. An optional pattern that is empty counts as missing.
    ///
    /// # Errors
    /// The first fault, with the field and the place in it.
    pub fn new(fields: &RuleFields, reference: RuleRef) -> Result<Self, RuleFault> {
        let bank_name = words("bank_name", &fields.bank_name, 1)?;
        let keyword = words("detect_keyword", &fields.detect_keyword, SHORTEST_KEYWORD)?;
        let optional = |field, text: &Option<String>| {
            let text = text.as_deref().filter(|t| !t.is_empty());
            text.map(|t| pattern(field, t)).transpose()
        };
        Ok(Self {
            bank_name: bank_name.to_ascii_uppercase(),
            keyword: keyword.to_lowercase(),
            amount: pattern("amount_regex", &fields.amount_regex)?,
            utr: pattern("utr_regex", &fields.utr_regex)?,
            sender: optional("sender_regex", &fields.sender_regex)?,
            remark: optional("remark_regex", &fields.remark_regex)?,
            reference,
        })
    }

    /// What the rule reads in the mail, whoever sent it. `None` where it is not for this mail, or finds no amount or reference.
    pub fn extract(&self, mail: &Mail) -> Option<Extract> {
        apply::extract(self, mail)
    }

    fn is_for(&self, bank: &str, rules: &Rules) -> bool {
        !rules.knows(&self.bank_name) || self.bank_name == bank
    }
}

/// One line of visible characters.
fn words(field: &'static str, text: &str, shortest: usize) -> Result<String, RuleFault> {
    let text = text.trim();
    let length = text.chars().count();
    if let Some(at) = text.chars().position(char::is_control) {
        return Err(RuleFault::at(field, at + 1, "is a control character"));
    }
    if !(shortest..=LONGEST_WORDS).contains(&length) {
        let problem = format!("must have {shortest} to {LONGEST_WORDS} characters");
        return Err(RuleFault::whole(field, problem));
    }
    Ok(text.to_owned())
}

impl Rules {
    /// As [`Rules::read`], with a merchant's own rules tried first, in order; the first that fits counts.
    ///
    /// * A mail of no known bank, or of an address that its bank does not send from, stays what it is.
    /// * What the built-in rules take for a debit, a refusal or in doubt stays so.
    /// * Where a template reads the mail as well, amount and reference must be the same, and the template's facts stand.
    /// * Where none does, the rule's facts are sure only if the general reader sees a credit of that amount, names no other
    ///   reference, and no refusing word stands anywhere in the mail, the payer's words included.
    pub fn read_with<'r>(
        &self,
        mail: &Mail,
        own: impl IntoIterator<Item = &'r MerchantRule>,
    ) -> Reading {
        let reading = self.read(mail);
        let Some(bank) = reading.bank.clone() else {
            return reading;
        };
        if reading
            .doubt
            .is_some_and(|doubt| doubt != Doubt::NoTemplate)
        {
            return reading;
        }
        let fits = |rule: &&MerchantRule| rule.is_for(&bank, self);
        let found = own
            .into_iter()
            .filter(fits)
            .find_map(|rule| Some((rule, rule.extract(mail)?)));
        let Some((rule, read)) = found else {
            return reading;
        };
        match (reading.doubt, reading.kind) {
            (None, Kind::Credit) if read.contradicts(reading.facts.as_ref()) => Reading {
                doubt: Some(Doubt::MerchantRuleDisagrees),
                ..reading
            },
            (None, _) => reading,
            (Some(_), _) if !self.lists_sender_of(&bank, mail) => reading,
            (Some(_), _) => confirmed(mail, reading, rule, read),
        }
    }
}

impl Extract {
    /// Whether other words for the same payment name another amount or reference.
    fn contradicts(&self, facts: Option<&Facts>) -> bool {
        let Some(facts) = facts else {
            return false;
        };
        let other_ref = facts.other_ref.as_deref().map(str::to_ascii_uppercase);
        let theirs = facts.utr.as_deref().or(other_ref.as_deref());
        let ours = self.utr.as_deref().or(self.other_ref.as_deref());
        facts.amount != self.amount || theirs.is_some_and(|theirs| Some(theirs) != ours)
    }
}

/// What a rule read where no template fits, beside what the general reader did.
fn confirmed(mail: &Mail, general: Reading, rule: &MerchantRule, read: Extract) -> Reading {
    let reading = |facts, doubt| Reading {
        kind: general.kind,
        bank: general.bank.clone(),
        facts,
        rule: Some(rule.reference.clone()),
        doubt,
    };
    let Some(facts) = general
        .facts
        .clone()
        .filter(|_| general.kind == Kind::Credit)
    else {
        return reading(general.facts.clone(), Some(Doubt::MerchantRuleUnconfirmed));
    };
    if read.contradicts(Some(&facts)) || read.ambiguous {
        return reading(Some(facts), Some(Doubt::MerchantRuleDisagrees));
    }
    let refused = refusal(&mail.subject()).or_else(|| refusal(mail.text()));
    let doubt = if refused.is_some() {
        Some(Doubt::MerchantRuleUnconfirmed)
    } else if !mail.structure_is_signed() {
        Some(Doubt::UnsignedStructure)
    } else {
        None
    };
    let payer_vpa = read.payer_vpa.or(facts.payer_vpa);
    let refund = |vpa: &ShortText| vpa.as_str().to_ascii_lowercase().contains("refund");
    let facts = Facts {
        utr: read.utr,
        other_ref: read.other_ref,
        // A shop's refund arrives in exactly the form of a payment.
        mode: match payer_vpa.as_ref().is_some_and(refund) {
            true => PaymentMode::Other,
            false => facts.mode,
        },
        payer_vpa,
        payer_name: read.payer_name.or(facts.payer_name),
        note: read.remark.or(facts.note),
        ..facts
    };
    reading(Some(facts), doubt)
}

#[cfg(test)]
mod tests;
