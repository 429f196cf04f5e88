//! Which way money went, or that none did. Says nothing rather than guess.

use super::narration::Narration;
use crate::facts::Kind;
use crate::rules::refusal;
use regex::{Regex, RegexSet, RegexSetBuilder};
use std::sync::LazyLock;

fn set(patterns: &[&str]) -> RegexSet {
    RegexSetBuilder::new(patterns)
        .case_insensitive(true)
        .build()
        .expect("constant patterns, compiled by a test")
}

/// Money left. Also where the other side was credited.
static DEBIT: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\bdebited\b",
        r"\b(?:amount|amt|total)\s+debit",
        r"\bdebit (?:alert|transaction|of (?:rs|inr|₹))|\bdebit:",
        r"\bwithdrawn\b|\bwithdrawal of\b|\bcash withdrawal\b|\batm\b.{0,30}\b(?:cash|wdl|withdraw)",
        r"\bspent\b|\bdeducted\b|\bpurchase of\b|\bused (?:at|for)\b|\bpaid (?:to|at|for|using|via .{0,20} to)\b",
        r"\byou(?:'ve|’ve| have)?\s+(?:successfully\s+)?(?:paid|sent|transferred|made a (?:payment|upi))",
        r"\b(?:sent|transferred|transfer of|payment of) (?:rs\.?|inr|₹)\s?[\d,.]+ (?:from|to)\b.{0,80}\b(?:to|from your)\b",
        r"\bmoney sent\b|\bpaid successfully\b|\bpayment (?:made|sent|successful) to\b|\bsent to\b",
        r"\breceived\b.{0,60}\bfrom your (?:a/?c|acct|account|.{0,20}(?:bank|a/c))",
        r"\bfrom your .{0,40}\b(?:a/?c|acct|account|card)\b.{0,60}\b(?:to|credited)\b",
        r"\b(?:to|by|of) (?:the )?beneficiary\b|\bbeneficiary(?:'s|’s)? (?:has|have|account|a/c|bank)\b",
        r"/dr/",
        r"डेबिट|निकासी|नामे|काटे",
    ])
});

/// Money came.
static CREDIT: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\bcredited\b",
        r"\b(?:has|have|had) (?:a )?credit\b|\bcredit (?:of|alert|transaction|confirmation|intimation|entry|notification)\b|\b(?:upi|imps|neft|rtgs)\s+(?:inward )?(?:credit|cr)\b|\bcredit[ :]|\bcr\.? (?:by|of|for)\b",
        r"\breceived\b",
        r"\bdeposited\b|\bdeposit of\b|\bmoney in\b|\binward\b.{0,40}\b(?:remittance|transfer|credit|neft|rtgs|imps)",
        r"\b(?:paid|sent|transferred|added)\b.{0,40}\b(?:you|to you|into your|to your)\b|\b(?:has|have|just) (?:paid|sent|transferred)\b|\bpaid you\b|\bsent you\b",
        r"/(?:cr|credit)/",
        r"\bcollected\b|\bgot paid\b|\bpayment from\b|\bpaid (?:₹|rs|inr)",
        r"जमा|क्रेडिट|प्राप्त",
    ])
});

/// Neither, whatever else the text says.
static NEITHER: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        // A bill of one's own.
        r"\b(?:received|receipt of) (?:your|the) (?:payment|emi|bill)|\bcredit card (?:bill|payment|statement|dues)|\b(?:on|towards|for) (?:your )?.{0,30}\b(?:credit )?card\b.{0,30}\b(?:ending|xx|number|no)|\bthank you for (?:your|the) payment",
        r"\bloan\b|\bemi\b|\bdisburs|\bpremium\b|\bpolicy\b",
        // Nobody paid.
        r"\b(?:reward|bonus|loyalty|super) ?(?:points|coins)|\bcoins\b|\boffer code\b|\bt&c\b|\bt & c\b|\bterms (?:and|&) conditions apply|\bvoucher\b|\bscratch card\b|\bfestive\b|\bgift card\b|\bcongratulations\b.{0,60}\b(?:won|win|eligible)|\bpre-?approved\b|\bearn (?:up ?to|rs|₹|inr)",
        r"\bfixed deposit\b|\brecurring deposit\b|\bterm deposit\b|\b(?:fd|rd)\b.{0,20}\b(?:no|a/c|account|booked|matured)|\bmatur(?:ed|ity)\b|\bredemption\b|\binterest\b",
        r"\b(?:added|credited|loaded|topped).{0,40}\bwallet\b|\bwallet (?:has been|is|was)?\s?(?:loaded|topped|credited|recharged)|\bfastag\b|\brecharge",
        // Several at once.
        r"\b\d+ (?:payments|transactions|credits|txns|upi payments)\b.{0,40}\b(?:received|totall?ing|worth|amounting|credited)|\breceived \d+ (?:payments|transactions|credits)|\b(?:daily|day'?s?|weekly|monthly|today'?s) (?:summary|report|digest|collection|sales|statement)|\bsummary of (?:your )?(?:transactions|payments|credits)|\btotal (?:collection|amount settled)|\bpayments? summary\b",
        // Not yet, not any more, or not at all.
        r"\b(?:not|never|isn['’]t|hasn['’]t|wasn['’]t|haven['’]t|didn['’]t|couldn['’]t|can(?:no|['’])t|won['’]t|without|no (?:money|amount|payment|credit))\b(?:\W+\w+){0,4}\W+(?:credited|credit|received|deposited|completed|processed|successful|settled|payment)\b",
        r"\byet to\b|\bto be (?:credited|processed|confirmed)|\bfail(?:s|ed|ure)?\b|\bexpect(?:ed)? to|\bawait|\bunder review|\bin (?:a )?(?:few|some) (?:minutes|hours)|\bwithin \d+ (?:working |business )?(?:days|hours)|\bonce (?:the|it|you)\b|\bif you (?:approve|accept|pay)",
        r"\bstopped\b|\bblocked\b|\bwithheld\b|\brecall|\brevoked\b|\bvoid\b|\bexpired\b|\blien\b|\bhold (?:on|of|has|amount)|\bon hold\b|\bfrozen\b|\bdispute",
        r"\brequest(?:s|ed|ing)?\b.{0,40}\b(?:money|payment|rs|inr|₹|from you)|\bpayment reminder\b|\breminder\b|\bplease pay\b|\bpay now\b|\binvoice\b.{0,40}\bdue\b|\bdue (?:date|on|by)\b|\bpayable\b",
        r"\blimit\b.{0,40}\b(?:increased|enhanced|changed|revised|set)\b",
        // About alerts, not one.
        r"\bsample\b.{0,20}\b(?:alert|message|sms|mail|credit)|\btest (?:alert|message|mail|sms)\b|\bthis is (?:only )?a (?:test|sample|demo)|\bfor illustration|\bfake\b.{0,30}\b(?:credit|payment|sms|message|alert|screenshot)|\bfraudster|\blooks? like this|\bscam",
        r"असफल|विफल|वापस",
    ])
});

/// Advice of the bank, which names what did not happen.
static ADVICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W*(?:if\b|in case\b|never\b|do ?n[o'’]t\b|do not\b|please (?:do not|note|call|contact|report|ignore|visit|login|log in|check)|not (?:you|done|initiated|authori[sz]ed)\b|kindly\b|beware\b|for (?:any|more|further|help|queries|details|support|assistance)\b|call\b|to (?:report|block|stop|know|view|unsubscribe|dispute|raise|check)\b|sms\b.{0,40}\bto \d|this (?:is (?:a |an )?(?:system|auto|computer)|e?-?mail|message|communication|mail)\b|(?:hdfc |the )?bank (?:will )?never|disclaimer|note\s?:|report\b|didn['’]t\b|need help|questions|write to us|unsubscribe|\(c\)|©|copyright|download|click|view\b|stay (?:safe|alert)|be (?:careful|alert))",
    )
    .expect("constant pattern, compiled by a test")
});

/// `None`: neither, or in doubt.
pub(super) fn classify(subject: &str, text: &str, narration: Option<&Narration>) -> Option<Kind> {
    let told = without_advice(text);
    let all = format!("{subject}\n{told}");
    // The other side's account was credited: an outgoing payment, of which the refusing words speak as well.
    let beneficiary = DEBIT.matches(&told).matched(10);
    let refused =
        |t: &str| refusal(t).is_some_and(|word| !(beneficiary && word == "not a payment"));
    if refused(subject) || refused(&told) || NEITHER.is_match(&all) {
        return None;
    }
    let debit = DEBIT.is_match(&told) || DEBIT.matches(subject).matched(0);
    let credit = CREDIT.is_match(&told) || CREDIT.is_match(subject);
    match (narration.and_then(|n| n.credit), debit, credit) {
        (Some(false), _, _) | (_, true, _) => Some(Kind::Debit),
        (Some(true), false, _) | (None, false, true) => Some(Kind::Credit),
        (None, false, false) => None,
    }
}

/// Whether a sentence says that money moved.
pub(super) fn tells_of_money(sentence: &str) -> bool {
    CREDIT.is_match(sentence) || DEBIT.is_match(sentence)
}

fn without_advice(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        for sentence in sentences(line) {
            if !ADVICE.is_match(sentence) {
                out.push_str(sentence);
            }
        }
        out.push('\n');
    }
    out
}

/// Parts of a line that end with a full stop, question or exclamation mark and a space.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .match_indices(['.', '!', '?', ';'])
            .map(|(at, mark)| at + mark.len())
            .find(|&end| {
                rest.get(end..)
                    .is_some_and(|after| after.starts_with([' ', '\t']))
            })
            .unwrap_or(rest.len());
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence)
    })
}
