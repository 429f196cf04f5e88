//! Who paid: the VPA, and the name as printed.

use super::label::Label;
use super::labels::Pair;
use super::narration::Narration;
use super::pattern::pattern;
use super::{address, name};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Clone, Debug, Default)]
pub(super) struct Payer {
    pub(super) vpa: Option<Range<usize>>,
    pub(super) name: Option<Range<usize>>,
}

/// What stands before the payee's own address.
static PAYEE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:to|in|into|your|towards|umn|merchant|payee|collected (?:at|on))\W{1,3}(?:(?:your|the|merchant|shop|business|linked|registered|a/c linked to)\W+)*(?:(?:upi|vpa|bhim)\W+)*(?:(?:id|vpa|address|handle|qr)\W+)*|umn\W+|(?:^|\n)(?:to|paid to|payee|merchant|received by|credited to)\s*[:\t\n][^\n]{1,60}\n\W*)$",
    )
});
/// An address that payer's account is linked to.
static LINKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:by|from|and|thru|through|via)\W+(?:an? )?(?:a/?c|acct|account)?\s*linked to\W+(?:(?:vpa|upi|id)\W+)*$",
    )
});
/// A name in a sentence comes after one of these.
static BEFORE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:received )?from (?:a/?c|acct|account)\s(?:no\.?\s?)?[Xx*]{2,}[0-9]{2,6}/|\b(?:received )?(?:from|by) (?:a/?c|acct|account) of\s+|\b(?:via|through|thru|by)\s+(?:upi|imps|neft|rtgs)\s?[-–,/]\s|\b(?:by sender(?: name)?|transfer(?:red)? (?:from|by)|trf from|received from|sent by|paid by|deposited by|initiated by|from|by|(?:sender|remitter|payer)(?:'s name|’s name| name)?(?: is| was)?|frm|f/o|(?:a/?c|acct|account)\s+\S+\s+of)\s?[:.]?\s+(?:mr\.?/ms\.?\s|(?:beneficiary|sender|remitter|customer)\s)?|\bmobile\s+(?:no\.?\s*)?[0-9Xx]{6,12}\s?-\s?",
    )
});
/// A name in a sentence comes before one of these.
static AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s(?:has |have )?(?:paid you|sent you|has credited|has paid|has sent|has transferred|has deposited|has added|has remitted|just paid|just sent|sent it)\b|\sसे\s(?:UPI|IMPS|NEFT|RTGS|यूपीआई)|\spaid\s(?:₹|Rs|INR)|\sdebited\.",
    )
});
/// Where a payer's name ends that follows a VPA without a sign between them.
static AFTER_VPA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:\s*\(\s*(?:(?i:name):?\s)?“?([^()\t“”]{2,80}?)”?\s*\)| *[-,/]? *(?:[Nn]ame:? )?([^()\n\t]{2,80}?)(?:\s+on\s+(?:date\s+)?\d|\.\s|\.$|\s*[,;(\n\t]|\s+(?i:upi|ref|rrn|utr|via|txn|info|with|to your)\b|$))",
    )
});
/// Looked for in a text whose notes are masked.
pub(super) fn find(text: &str, pairs: &[Pair], narration: Option<&Narration>) -> Payer {
    let vpas = address::all(text);
    let before = |span: &Range<usize>| text.get(..span.start).unwrap_or_default();
    let payers: Vec<&Range<usize>> = vpas
        .iter()
        .filter(|span| !PAYEE.is_match(before(span)) || LINKED.is_match(before(span)))
        .filter(|span| {
            !pairs
                .iter()
                .any(|p| p.label == Label::Account && p.value.contains(&span.start))
        })
        .collect();
    let labelled = pairs
        .iter()
        .filter(|p| matches!(p.label, Label::Vpa | Label::Payer))
        .find_map(|p| payers.iter().find(|span| p.value.contains(&span.start)));
    let vpa = narration
        .and_then(|n| n.vpa.clone())
        .or_else(|| labelled.or(payers.first()).map(|span| (*span).clone()));
    let name = by_label(text, pairs)
        .or_else(|| narration.and_then(|n| n.name.clone()))
        .or_else(|| narration.is_none().then(|| of_rail(text, pairs)).flatten())
        .or_else(|| vpa.as_ref().and_then(|vpa| beside(text, vpa)))
        // A narration that has a stump of the name has no more of it.
        .or_else(|| {
            narration
                .is_none_or(|n| n.vpa.is_none())
                .then(|| in_sentence(text))
                .flatten()
        });
    Payer { vpa, name }
}

/// `Particulars: UPI-TARUN NAMUNAKAR`: nothing but the rail before it.
fn of_rail(text: &str, pairs: &[Pair]) -> Option<Range<usize>> {
    static RAIL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:UPI|IMPS|NEFT|RTGS)\s?[-/]\s?([A-Z][A-Za-z .&'’]{2,59})$"));
    let labelled = pairs.iter().filter(|p| p.label == Label::Narration);
    labelled
        .filter_map(|p| Some((p.value.start, RAIL.captures(text.get(p.value.clone())?)?)))
        .filter_map(|(start, found)| Some((start, found.get(1)?)))
        .find(|(_, name)| name::plausible(name.as_str()))
        .map(|(start, name)| start + name.start()..start + name.end())
}

fn by_label(text: &str, pairs: &[Pair]) -> Option<Range<usize>> {
    pairs
        .iter()
        .filter(|p| p.label == Label::Payer)
        .find_map(|pair| {
            let value = text.get(pair.value.clone())?;
            // The VPA may stand beside the name, in brackets or not.
            let end = match (address::all(value).first(), opening(value)) {
                (Some(vpa), bracket) => vpa.start.min(
                    bracket
                        .filter(|b| value.get(*b..).is_some_and(|t| !t.starts_with('<')))
                        .unwrap_or(vpa.start),
                ),
                (None, Some(bracket)) if bracket > 0 && !value.get(bracket..)?.starts_with('<') => {
                    bracket
                }
                (None, _) => value.len(),
            };
            let mut name = value.get(..end)?;
            loop {
                let shorter =
                    name.trim_end_matches([' ', '-', ',', ':', '/', '~', '(', '<', '[', '।', '|']);
                let shorter = ["/Ac", "/AC", "/A/c", ", who"]
                    .iter()
                    .fold(shorter, |name, mark| {
                        name.split(mark).next().unwrap_or(name)
                    });
                let shorter = strip_word(shorter, "vpa")
                    .or_else(|| strip_word(shorter, "upi id"))
                    .unwrap_or(shorter);
                if shorter == name {
                    break;
                }
                name = shorter;
            }
            let name = if pair.own_line {
                name
            } else {
                name.get(..name::length_of_name(name, !name.starts_with(char::is_uppercase)))?
            };
            let named = name::plausible(name) || pair.own_line && name::is_odd(name);
            named.then(|| pair.value.start..pair.value.start + name.len())
        })
}

/// Where something else than the name stands in brackets.
fn opening(value: &str) -> Option<usize> {
    value
        .match_indices(['(', '<', '|', '['])
        .map(|(at, _)| at)
        .find(|at| {
            let inner = value.get(at + 1..).and_then(|t| t.split_once(')'));
            !inner.is_some_and(|(inner, _)| name::is_form_of_firm(inner))
        })
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(word.len())?;
    text.get(at..)?
        .eq_ignore_ascii_case(word)
        .then(|| text.get(..at))
        .flatten()
}

/// `From Yashasvi Mockhari`, in a line of its own.
static FROM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:From|By) "));

/// Behind the VPA, with nothing or a bracket between; or before it, with the VPA in brackets.
fn beside(text: &str, vpa: &Range<usize>) -> Option<Range<usize>> {
    let after = text.get(vpa.end..)?;
    if let Some(found) = AFTER_VPA.captures(after)
        && let Some(name) = found.get(1).or(found.get(2))
    {
        let words = name.as_str();
        let length = if found.get(1).is_some() {
            words.len()
        } else {
            name::length_of_name(words, false)
        };
        if length == words.len() && name::plausible(words) {
            return Some(vpa.end + name.start()..vpa.end + name.end());
        }
    }
    let before = text.get(..vpa.start)?.trim_end();
    // `NAME vpa`, alone in its cell.
    let cell = before.rfind(['\n', '\t']).map_or(0, |at| at + 1);
    let alone = before.get(cell..).unwrap_or_default();
    let said = FROM.find(alone).map_or(0, |from| from.end());
    let (cell, alone) = (cell + said, alone.get(said..).unwrap_or_default());
    if alone.contains(' ')
        && name::plausible(alone)
        && name::length_of_name(alone, false) == alone.len()
    {
        return Some(cell..before.len());
    }
    let opened = before.strip_suffix('(').or_else(|| {
        let label = before.trim_end_matches([':', ' ']);
        strip_word(label, "vpa")
            .or_else(|| strip_word(label, "upi id"))?
            .trim_end()
            .strip_suffix('(')
    })?;
    let name_end = opened.trim_end().len();
    let start = opened.rfind(['\n', '\t']).map_or(0, |at| at + 1);
    let before = opened.get(start..name_end)?;
    let lead = match BEFORE_NAME.find_iter(before).last() {
        Some(lead) => lead.end(),
        // A slot of a narration that colons part, or what begins the sentence.
        None => match before.rfind([':', '/']) {
            Some(mark) => mark + 1,
            None if name::length_of_name(before, false) == before.len() => 0,
            None => return None,
        },
    };
    let name = before.get(lead..)?;
    name::plausible(name).then_some(start + lead..name_end)
}

/// `by Sender NAMUNA EXPORTS CURRENT AC, IFSC …`: whatever the words are, up to the code.
static SENDER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bby sender ([^,\n]{3,60}), ?ifsc\b"));

/// `from A/c XX9108 of HDFC BANK LTD (SARITA TESTWALA)`
static OF_BANK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bfrom (?:a/?c|acct|account)(?: no\.?)?\s\S+ (?:of|with|at|,) ([^()\n]{3,60}?)\s?\(([^()\n]{3,60})\)",
    )
});

fn in_sentence(text: &str) -> Option<Range<usize>> {
    if let Some(name) = SENDER.captures(text).and_then(|found| found.get(1)) {
        return Some(name.range());
    }
    if let Some(found) = OF_BANK.captures(text)
        && let (Some(bank), Some(name)) = (found.get(1), found.get(2))
        && bank.as_str().split(' ').any(name::is_bank)
        && name::plausible(name.as_str())
    {
        return Some(name.range());
    }
    let vpas = address::all(text);
    let after = BEFORE_NAME.find_iter(text).find_map(|lead| {
        let rest = text.get(lead.end()..)?;
        let vpa = vpas.iter().find(|vpa| vpa.start >= lead.end());
        let rest = vpa
            .and_then(|vpa| rest.get(..vpa.start - lead.end()))
            .unwrap_or(rest);
        if let Some(quoted) = rest.strip_prefix(['"', '“'])
            && let Some(end) = quoted.find(['"', '”', '\n'])
            && quoted.get(..end).is_some_and(name::plausible)
        {
            let start = lead.end() + rest.len() - quoted.len();
            return Some(start..start + end);
        }
        let length = match name::length_of_name(rest, false) {
            0 if lead
                .as_str()
                .to_ascii_lowercase()
                .trim_end()
                .ends_with("from") =>
            {
                name::lower_name(rest)
            }
            length => length,
        };
        let length = length + name::place_behind(rest, length);
        let name = rest.get(..length)?.trim_end_matches([' ', '-']);
        let behind = rest.get(length..)?.trim_start().to_ascii_lowercase();
        // "from CHAS A/c ***6983 of KETAKI SAMPLEKAR": a bank's code.
        let other_bank = (behind.starts_with("a/c") || behind.starts_with("account"))
            && behind.split(' ').nth(2) == Some("of");
        (name::plausible(name) && !other_bank).then_some(lead.end()..lead.end() + name.len())
    });
    after.or_else(|| {
        let found = AFTER_NAME.find(text)?;
        let before = text.get(..found.start())?;
        let start = before
            .rfind(['\n', '\t', '!', ':', ',', ';'].as_slice())
            .map_or(0, |at| at + 1);
        let sentence = before.get(start..)?.trim_end();
        // The last words with capitals: "we are glad to tell you that POOJA NAKLI".
        let (mut end, mut at) = (sentence.len(), sentence.len());
        for word in sentence.rsplit(' ') {
            let stops = word.strip_suffix('.').is_some_and(|w| !name::is_initial(w));
            if !word.starts_with(char::is_uppercase) || stops {
                break;
            }
            at = end - word.len();
            end = at.saturating_sub(1);
        }
        let name = sentence.get(at..)?;
        let lead = name.len() - name.trim_start().len();
        let words = name.trim();
        name::plausible(words).then_some(start + at + lead..start + at + lead + words.len())
    })
}
