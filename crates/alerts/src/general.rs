//! The general reader: what an alert of an unknown form says.
//!
//! It knows no bank. It finds facts by what stands before them (a label, a preposition, a slot of a narration), after the
//! payer's own words are masked, and gives nothing where direction, state or amount is in doubt. What it reads is shown and
//! suggested, and never settles alone.

mod account;
mod address;
mod columns;
mod dates;
mod direction;
mod inline;
mod label;
mod labels;
mod moment;
mod money;
mod name;
mod narration;
mod pattern;
mod payer;
mod reference;
mod sentences;
mod stacked;
mod state;
mod wrapper;

use crate::facts::{Facts, Kind};
use crate::mail::{Mail, as_html};
use domain::evidence::PaymentMode;
use domain::text::ShortText;
use label::Label;
use labels::Pair;
use narration::Narration;
use pattern::pattern;
use regex::Regex;
pub(crate) use state::takes_back;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// `with the words "hall rent"`, or what stands in quotation marks in a line of its own.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?i)\\b(?:with the (?:words?|message)|(?:with the )?(?:remarks?|note|message|saying))[: ]+[\"“']([^\"”\\n]{1,140})[\"”']|(?m)^\\s*[\"“]([^\"“”\\n]{1,140})[\"”]\\s*$|, Remarks? ([^,:\\n]{1,80}), ",
    )
});
/// `UPI from DIVYA SPECIMENI, RRN 625394883077`: the bank's own words.
static OF_A_RAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:UPI|IMPS|NEFT|RTGS)\b.*\b(?:[0-9]{12}|[A-Z]{4}[A-Z0-9]*[0-9]{8,})\b")
});
static HTML: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*<(?:!doctype|html|body|table|div|p)\b[^>]*>"));

/// No alert says as much, and what costs more than its length stays bounded: whoever knows the address may write to a mailbox.
const MOST_BYTES: usize = 16 * 1024;

/// What a mail says of money that moved. `None` for [`Kind::Other`] and whatever is in doubt.
pub(crate) fn read(subject: &str, mail: &Mail) -> Option<(Kind, Facts)> {
    let text = if mail.is_plain() && HTML.is_match(mail.text()) {
        // Markup that was sent as plain text.
        unwrapped(&as_html(mail.text()), false)?
    } else {
        unwrapped(mail.in_columns(), mail.is_wrapped())?
    };
    if !money::is_spoken_of(&text) && money::is_spoken_of(subject) {
        // An SMS relay that puts the whole text into the subject.
        return of_text("", &unwrapped(subject, true)?);
    }
    let attached = mail.attached_text();
    if !money::is_spoken_of(&text) && money::is_spoken_of(attached) {
        return of_text("", &unwrapped(attached, false)?);
    }
    of_text(subject, &text)
}

/// The same of an SMS or a notification.
pub(crate) fn read_message(text: &str) -> Option<(Kind, Facts)> {
    of_text("", &unwrapped(text, true)?)
}

/// `None` for what is longer than any alert.
fn unwrapped(text: &str, plain: bool) -> Option<String> {
    (text.len() <= MOST_BYTES).then(|| wrapper::unwrap(text, plain))
}

fn of_text(subject: &str, text: &str) -> Option<(Kind, Facts)> {
    let pairs = labels::pairs(text);
    let narration = narration::find(text, &pairs);
    let notes = free_text(text, &pairs, narration.as_ref());
    let unnoted = masked(text, &notes);
    // Under a narration's label, but without its slots: shown as a note, and read by everybody else as the bank's words.
    let bare = pairs
        .iter()
        .filter(|pair| pair.label == Label::Narration && narration.is_none())
        .map(|pair| pair.value.clone())
        .filter(|span| {
            text.get(span.clone()).is_some_and(|t| {
                !t.contains(['/', '@'])
                    && t.chars().any(char::is_alphabetic)
                    && !money::is_spoken_of(t)
                    && !OF_A_RAIL.is_match(t)
            })
        });
    let payer = payer::find(&unnoted, &pairs, narration.as_ref());
    let mut words = address::all(&unnoted);
    words.extend(payer.name.clone());
    words.extend(narration.as_ref().and_then(|n| n.name.clone()));
    let bank_words = masked(&unnoted, &words);
    let subject = &without(subject, text, words.iter().chain(&notes));
    if columns::is_digest(&bank_words) {
        return None;
    }
    let amount = money::moved(subject, &bank_words, &pairs)?;
    let column = columns::direction(&bank_words, &pairs, amount);
    let kind = direction::classify(subject, &bank_words, amount, narration.as_ref(), column)?;
    let reference = reference::find(&bank_words, &pairs, narration.as_ref());
    let said = |span: &Range<usize>| {
        let words = unquoted(trimmed(text.get(span.clone())?));
        ShortText::non_empty(&words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let credit = kind == Kind::Credit;
    let facts = Facts {
        amount,
        utr: reference.utr,
        other_ref: reference.other,
        payer_vpa: payer.vpa.as_ref().and_then(said).filter(|_| credit),
        payer_name: payer.name.as_ref().and_then(said).filter(|_| credit),
        account_tail: account::tail(&bank_words, &pairs),
        payee_vpa: None,
        note: notes
            .iter()
            .cloned()
            .chain(bare.filter(|span| payer.name.as_ref().is_none_or(|name| !overlap(name, span))))
            .find_map(|span| said(&span))
            .filter(|note| credit && !is_filler(note.as_str())),
        occurred: moment::find(&bank_words, &pairs),
        mode: mode(&bank_words),
        balance: None,
    };
    Some((kind, facts))
}

/// What the payer wrote: the values of note labels, or the last slot of a narration.
fn free_text(text: &str, pairs: &[Pair], narration: Option<&Narration>) -> Vec<Range<usize>> {
    let labelled = pairs
        .iter()
        .filter(|pair| match pair.label {
            Label::Note => true,
            // Beside a balance it is the bank's ledger, and not an app's word for a note.
            Label::Description => {
                let ledger = pairs.iter().any(|p| p.label == Label::Balance);
                let value = text.get(pair.value.clone()).unwrap_or_default();
                !(ledger && OF_A_RAIL.is_match(value))
            }
            _ => false,
        })
        .map(|pair| pair.value.clone())
        // A narration may stand under such a label; its own note is the payer's then.
        .filter(|span| narration.is_none_or(|n| !overlap(&n.span, span)));
    let slot = narration.and_then(|n| n.note.clone());
    let quoted = QUOTED
        .captures_iter(text)
        .filter_map(|found| Some(found.iter().skip(1).flatten().next()?.range()));
    labelled
        .chain(slot)
        .chain(quoted)
        .filter(|span| text.get(span.clone()).is_some_and(|t| !t.trim().is_empty()))
        .collect()
}

/// The subject without what the payer is called or wrote, as the text tells.
fn without<'s>(
    subject: &'s str,
    text: &str,
    payers: impl Iterator<Item = &'s Range<usize>>,
) -> Cow<'s, str> {
    let words = payers.filter_map(|span| text.get(span.clone()));
    words
        .filter(|words| words.trim().len() > 3 && subject.contains(words.trim()))
        .fold(Cow::Borrowed(subject), |subject, words| {
            Cow::Owned(subject.replace(words.trim(), "~"))
        })
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The same text with `spans` made unreadable, byte for byte as long.
fn masked<'t>(text: &'t str, spans: &[Range<usize>]) -> Cow<'t, str> {
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut spans: Vec<&Range<usize>> = spans.iter().collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let mut left = spans.into_iter().peekable();
    let mut hidden_up_to = 0;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        while let Some(span) = left.next_if(|span| span.start <= at) {
            hidden_up_to = hidden_up_to.max(span.end);
        }
        if at < hidden_up_to {
            out.extend(std::iter::repeat_n('~', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Without the full stop that ends the bank's sentence.
fn trimmed(value: &str) -> &str {
    value.trim().trim_end_matches(['.', ',', ';']).trim_end()
}

/// Without the quotation marks around the whole.
fn unquoted(words: &str) -> &str {
    let inner = words
        .strip_prefix(['"', '“', '”', '\''])
        .and_then(|rest| rest.strip_suffix(['"', '”', '“', '\'']));
    inner
        .filter(|inner| !inner.contains(['"', '“', '”']))
        .unwrap_or(words)
        .trim()
}

/// What apps and banks write where the payer left no note.
fn is_filler(note: &str) -> bool {
    const FILLERS: [&str; 11] = [
        "upi",
        "na",
        "n/a",
        "nil",
        "none",
        "null",
        "-",
        "--",
        "–",
        "—",
        "no remarks",
    ];
    FILLERS
        .iter()
        .any(|filler| filler.eq_ignore_ascii_case(note))
        || narration::is_of_app(note)
}

fn mode(text: &str) -> PaymentMode {
    let lower = text.to_ascii_lowercase();
    let names = |word: &str| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + word.len()..].chars().next();
            ![before, after]
                .iter()
                .any(|c| c.is_some_and(|c| c.is_alphanumeric()))
        })
    };
    [
        ("upi", PaymentMode::Upi),
        ("imps", PaymentMode::Imps),
        ("neft", PaymentMode::Neft),
        ("rtgs", PaymentMode::Rtgs),
        ("cheque", PaymentMode::Cheque),
        ("cash", PaymentMode::Cash),
    ]
    .into_iter()
    .find(|(word, _)| names(word))
    .map_or(PaymentMode::Other, |(_, mode)| mode)
}

#[cfg(test)]
mod tests;
