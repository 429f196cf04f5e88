//! Whose words a forwarded alert is: the bank that an SMS header, a forwarded sender or a signature names.
//!
//! It is for reading alone. Anybody can write a bank's name, so that nothing is sure by it: [`Rules::read`] never asks. A bank
//! that is named as the payer's, in a narration or a VPA does not speak.

use super::refusal::speaks_of_money;
use super::{Bank, Rules};
use crate::mail::Mail;
use regex::Regex;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("constant pattern, compiled by a test")
}

/// `VM-SBIUPI-S`, or the code alone after a label.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?:^|[^A-Za-z0-9])[A-Z]{2}-|^(?i:from|sender)\s*[:\t]\s*)([A-Z0-9]{5,9})(?:-[STPG])?(?:[^A-Za-z0-9-]|$)",
    )
});
/// A forwarded mail's sender, in its header line or as `… wrote:`.
static FORWARDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[>*\s]*(?:(?i:from|sender)|प्रेषक)\s?\*?\s?:\*?\s?(?<who>.*<[^\s<>@]+@(?<domain>[A-Za-z0-9.-]+)>.*)$|^[>\s]*On\b(?<wrote>.*<[^\s<>@]+@(?<site>[A-Za-z0-9.-]+)>) wrote:$",
    )
});
/// What stands before the bank of somebody else.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^a-z])(?:from|frm|by|via|thro?ugh|thru|using|senders?|remitters?|payers?|payees?|depositors?|beneficiary|issuer)(?:['’]s)?(?: bank)?\s*[:=–\t-]*\s*$",
    )
});
/// What stands before a bank that speaks of itself.
static ITSELF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^a-z])(?:your|ur|aapke|dear|greetings from|(?:thank you for )?banking with)\s$",
    )
});
/// The holder's account stands here.
static INTO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[.!]\s?|(?:^|[^a-z])(?:in|into|to|on)\s)$"));
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?: bank| savings?| current)?\s(?:a/?c|acct|account|(?:credit |debit )?card)(?:[^a-z]|$)",
    )
});
/// `HDFC Bank: Rs …`, `BOI - Rs …`
static SPEAKS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s?[:–-]\s"));
/// Before and behind a signature.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^[>\s]*(?:team |the |for (?:the )?|regards,? |- ?)?|\s?[-–:]\s?|[.)!]\s?)$")
});
static SIGNED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:,? (?:ltd|limited|alerts|instaalerts))?\.?\s*$"));
/// The slots of a narration have not ended yet: what stands in them is not the bank's.
static NARRATION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:UPI|IMPS|NEFT|RTGS)(?: Cr)?[-/*][^.;)!?]*$"));
/// A row that is filled by the next line.
static OTHERS_ROW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[^.\d]{0,20}\b(?:from|sender|remitt(?:er|ing)|payer|issuing|beneficiary)\b[^.\d]{0,20}$",
    )
});
/// `Fwd: SIB Alert`, `Funds credited to your Bandhan Bank account`
static SUBJECT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:(?:fwd?|re|view)\s?:\s?)*$|(?:^|[^a-z])your\s$"));

/// Names that hold a bank's, and are nobody's that sends alerts.
const NOBODYS: [&str; 1] = ["Reserve Bank of India"];

/// Every name of every bank, and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Names {
    any: Regex,
    /// As written and in capitals, by the bank's place in the list.
    bank: HashMap<String, usize>,
}

impl Names {
    pub(super) fn of(banks: &[Bank]) -> Self {
        let mut bank = HashMap::new();
        for (at, names) in banks.iter().map(|b| &b.names).enumerate() {
            for name in names {
                bank.insert(name.clone(), at);
                bank.insert(name.to_uppercase(), at);
            }
        }
        let mut words: Vec<&str> = bank.keys().map(String::as_str).chain(NOBODYS).collect();
        // The longest first: the first that fits is taken.
        words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
        let any = words.iter().map(|w| regex::escape(w)).collect::<Vec<_>>();
        Self {
            any: pattern(&any.join("|")),
            bank,
        }
    }

    /// Where banks are named in a line, but for addresses, narrations and parts of other words.
    fn within<'l>(&'l self, line: &'l str) -> impl Iterator<Item = (Range<usize>, usize)> + 'l {
        self.any.find_iter(line).filter_map(|found| {
            let before = line.get(..found.start())?.chars().next_back();
            let after = line.get(found.end()..)?.chars().next();
            let part = |c: char| c.is_alphanumeric() || matches!(c, '@' | '/' | '_');
            let whole = !before.is_some_and(part) && !after.is_some_and(part);
            let bank = self.bank.get(found.as_str()).filter(|_| whole)?;
            Some((found.range(), *bank))
        })
    }
}

/// `EXAMPLEBANK` is called Example Bank.
pub(super) fn spelt(code: &str) -> Option<String> {
    let own = code.strip_suffix("BANK")?;
    let (first, rest) = own.split_at_checked(1)?;
    Some(format!("{first}{} Bank", rest.to_lowercase()))
}

impl Rules {
    /// The bank whose words a mail carries, by what it says itself: for a mail of a sender that no bank lists. Proves nothing.
    pub fn named_bank(&self, mail: &Mail) -> Option<&str> {
        let names = self.names.get_or_init(|| Names::of(&self.banks));
        let (subject, from) = (mail.subject(), mail.sender_words());
        let texts = [mail.text(), mail.attached_text()];
        let lines = || texts.iter().flat_map(|text| text.lines());
        let first = |line: &str| names.within(line).next().map(|(_, bank)| bank);
        [subject.as_str(), from.as_str()]
            .into_iter()
            .chain(lines())
            .find_map(|line| self.of_header(line, names))
            .or_else(|| lines().find_map(|line| self.of_forwarded(line, first)))
            .or_else(|| first(&from))
            .or_else(|| texts.iter().find_map(|text| signature(text, names)))
            .or_else(|| lines().find_map(|line| itself(line, names)))
            .or_else(|| of_subject(&subject, names))
            .and_then(|at| self.banks.get(at))
            .map(|bank| bank.code.as_str())
    }

    /// By the header of an SMS that was relayed.
    fn of_header(&self, line: &str, names: &Names) -> Option<usize> {
        HEADER.captures_iter(line).find_map(|found| {
            let code = found.get(1)?;
            let before = line.get(..code.start())?;
            let listed = || {
                let has = |bank: &Bank| bank.headers.iter().any(|h| h == code.as_str());
                self.banks.iter().position(has)
            };
            // Behind an amount it is what somebody wrote.
            (!speaks_of_money(before))
                .then(|| listed().or_else(|| names.bank.get(code.as_str()).copied()))?
        })
    }

    /// By the sender of a mail that was forwarded.
    fn of_forwarded(&self, line: &str, first: impl Fn(&str) -> Option<usize>) -> Option<usize> {
        let found = FORWARDED.captures(line)?;
        let domain = found.name("domain").or_else(|| found.name("site"))?;
        let who = found.name("who").or_else(|| found.name("wrote"))?;
        let domain = domain.as_str().to_ascii_lowercase();
        let listed = self.banks.iter().position(|bank| bank.lists(&domain));
        listed.or_else(|| first(who.as_str()))
    }
}

/// The last name that ends a line as a signature does.
fn signature(text: &str, names: &Names) -> Option<usize> {
    let mut row_before = "";
    let mut last = None;
    for line in text.lines() {
        for (span, bank) in names.within(line) {
            let (before, after) = (&line[..span.start], &line[span.end..]);
            let signs = SIGNS.is_match(before)
                && SIGNED.is_match(after)
                && !NARRATION.is_match(before)
                && !OTHERS.is_match(before)
                && !(before.trim().is_empty() && OTHERS_ROW.is_match(row_before));
            if signs {
                last = Some(bank);
            }
        }
        row_before = line;
    }
    last
}

/// The first name by which a bank speaks of itself or of the holder's account.
fn itself(line: &str, names: &Names) -> Option<usize> {
    let (_, bank) = names.within(line).find(|(span, _)| {
        let (before, after) = (&line[..span.start], &line[span.end..]);
        let begins = before.trim_matches(['>', ' ']).is_empty();
        ITSELF.is_match(before)
            || (!OTHERS.is_match(before)
                && (begins && SPEAKS.is_match(after)
                    || INTO.is_match(before) && ACCOUNT.is_match(after)))
    })?;
    Some(bank)
}

fn of_subject(subject: &str, names: &Names) -> Option<usize> {
    let (_, bank) = names
        .within(subject)
        .find(|(span, _)| SUBJECT.is_match(&subject[..span.start]))?;
    Some(bank)
}

#[cfg(test)]
mod tests;
