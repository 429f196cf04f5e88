//! Which way money went, or that none did. Says nothing rather than guess.

use super::narration::Narration;
use super::pattern::{pattern, set};
use super::{name, sentences, state};
use crate::facts::Kind;
use domain::Money;
use regex::{Captures, Regex, RegexSet};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

/// Money left. Also where the other side was credited.
static DEBIT: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\bdebited\b",
        r"\b(?:amount|amt|total)\s+debit|\bdebit (?:alert|transaction)\b|\bdebit\b\W*(?:of )?(?:rs|inr|₹)|\bauto[- ]?debit of your",
        r"\b(?:(?:transaction|txn|trans|entry)(?: type| nature)?|type|nature|dr/cr|cr/dr|credit/debit)[\s.]*[:=\t–-]\s?(?:dr|debit)\b",
        r"(?:^|\n)[-−–]\s?(?:inr|rs|₹)|(?:inr|rs\.?|₹)\s?[\d,.]+\sdebit(?:[,.;)|\n\t]|$)",
        r"\bdr\b[.:]?\s*(?:inr|rs|₹|from\b|for\b)|/dr/|\t(?:rs\.? ?|inr ?|₹ ?)?[0-9][0-9,.]*\s?dr\b",
        r"\bwithdrawn\b|\bwithdrawal of\b|\bcash withdrawal\b|\bspent\b|\bdeducted\b|\bpurchase of\b|\bcard\b[^\n]{0,20}\b(?:has been|was|is|been) used (?:for|at|to)\b|\bdebit card\b.{0,60}\b(?:done at|used|at)\b",
        r"\bpaid (?:to|for|via .{0,20} to)\b|\bpaid using [^:\s]|\bpaid at [a-z]|\b(?:paid|sent|gave) (?:rs\.?|inr|₹)\s?[\d,.]+(?:/-)? to (?:[b-xz]|a[^/c\s])|\bpaid successfully\b",
        r"\byou(?:'ve|’ve| have)?\s+(?:successfully\s+)?(?:paid|sent|transferred|made a (?:payment|upi))",
        r"(?:^|\n|[.:!]\s|you(?:'ve|’ve)? |you have )sent (?:rs|inr|₹)|\bmoney sent\b|\bsent to(?:[^\w\s]|[\t\n]|$| (?:[^y]|y[^o]))|\bsent to your (?:[b-z]|a[^/c])|\bpayment (?:made|sent|successful) to\b",
        r"\btransfer(?:red)? (?:of )?(?:rs\.?|inr|₹)\s?[\d,.]+ (?:from your|to [^y])|\btransferred from (?:your )?a/?c\b[^\n]{0,30}\bto\b|\b(?:transferred|sent|paid|remitted) (?:through|via|out of|using) your (?:[a-z]+ ){0,3}(?:a/?c|acct|account|card)\b",
        r"\byour (?:payment|transfer) (?:of|to|for)\b.{0,80}\b(?:to|successful)\b|\byour (?:upi |neft |imps )?(?:transfer|payment) is (?:done|complete|successful)|\byour money has reached\b|\bwe have (?:remitted|sent|paid|transferred)\b|\b(?:got|received|receives|gets)\b[^.\n]{0,60}\bfrom you\b|\b(?:neft|imps|rtgs|upi|transfer|payment|remittance) of (?:rs\.?|inr|₹)\s?[\d,.]+(?:/-)? to (?:[b-xz]|a[^/c\s])|\bfor shopping\b|\bby (?:debit|credit) card\b|\btaken from\b|\bcredited to\W{0,3}~{5,}",
        r"\byour (?:neft|imps|rtgs|upi) (?:transaction|transfer|payment)\b.{0,90}\b(?:credited|successful)\b",
        r"\bfrom your .{0,40}(?:\ba/?c\b|\bacct|account|card|bank)",
        r"\bby debit (?:to|of|from) (?:your|a/?c)\b|\b(?:payment|transfer|remittance) (?:that )?you (?:made|sent)\b|\bto upi circle\b",
        r"\bfrom account(?: number| no\b)|\bcredited to (?:the )?(?:payee|[a-z .&]{3,40}\((?:vpa|upi))",
        r"\b(?:receiver|recipient)(?:'s|’s)?\b.{0,40}\bcredited|\bpayee(?:'s|’s)?\b.{0,30}\bcredited|\bcredited to (?:the )?(?:a/?c|acct|account|bank account)(?: (?:no|number)\b\S*)?(?: \S*\d\S*)? of\b|\bcredited (?:to|in|into)\b[^.\n]{0,40}\b(?:beneficiary|payee|receiver|recipient)\b|\bbeneficiary\b[^.\n]{0,60}\bcredited\b|\byour beneficiary\b|\bto (?:the )?beneficiary\b|\bbeneficiary(?:'s|’s)? (?:has|have|account|a/c|bank)\b",
        r"डेबिट|निकासी|नामे|निकाले|काटे",
    ])
});

/// Money came.
static CREDIT: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\bcredited\b",
        r"\b(?:has|have|had) (?:a )?credit\b|\bcr alert\b|\bcredit (?:of|alert|transaction|confirmation|intimation|entry|notification)\b|\b(?:upi|imps|neft|rtgs)\s+(?:inward )?(?:credit|cr)\b|\bcredit[ :]",
        r"(?:^|\n|\t)\+\s?(?:inr|rs|₹)|(?:inr|rs\.?|₹)\s?[\d,.]+\scredit(?:[,.;)|\n\t]|$)",
        r"\bcr\b[.:]?\s*\+?(?:inr|rs|₹|by\b|for\b|with\b|(?:to|in|into) (?:your |ur |the )?(?:a/?c|acct|account|sb|ca)\b)|\b(?:(?:transaction|txn|trans|entry)(?: type| nature)?|type|nature|dr/cr|cr/dr|credit/debit)[\s.]*[:=\t–-]\s?(?:cr|credit)\b",
        r"\breceived\b|\brecd\b|\brcvd\b|\bis (?:now )?in(?: your\b|$)|\breached (?:you|your)\b|\bcame (?:in|into|to)\b|\b(?:landed|arrived|dropped) in(?:to)? your(?: [a-z]+){0,4} (?:a/?c|acct|account|bank)\b|\bhit your (?:a/?c|acct|account|bank)\b|\bhave got\b|\bposted to your\b|\byou(?:['’]ve)? got\b|\bgot paid\b|\b(?:has|have) come (?:in|to)|\btransferred into\b|\bjama\b",
        r"\bdeposited\b|\bdeposit (?:of|was)\b|\bmoney in\b|\bmoney is in\b|\binward\b.{0,40}\b(?:remittance|transfer|credit|neft|rtgs|imps)",
        r"\b(?:paid|sent|transferred|added)\b.{0,40}\b(?:you|to you|into your|to your)\b|\b(?:has|have|just) (?:paid|sent|transferred)\b",
        r"/(?:cr|credit)/|\t(?:rs\.? ?|inr ?|₹ ?)?[0-9][0-9,.]*\s?cr\b",
        r"\bis richer by\b|\bcaptured\b|\bcollected\b|\bpayment from\b|\bpaid (?:₹|rs|inr)",
        r"\blink paid\b|जमा|क्रेडिट|प्राप्त|(?:मिले|मिला|मिली)(?:[^\u{0900}-\u{097f}]|$)",
    ])
});

/// Both sides told from this one's: "your a/c is credited … and debited from a/c …", "you got paid" above "paid to".
static CREDITED_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdebited from (?:a/?c|acct|account) [^\n]{2,60} and credited to your\b|\byour\b[^\n]{0,80}\bcredited\b[^\n]{0,120}\b(?:debited from (?:a/?c|acct|account|sender|remitter)|(?:a/?c|account) linked to [^\n]{0,60} debited)|\byou (?:have |just )?(?:got paid|received)\b|\b(?:a/?c|acct|account)\b[^;\n]{0,40}\bcredited\b[^;\n]{0,60};\s?[A-Z~][^;.\n]{2,60}\bdebited\b",
    )
});

/// What may stand anywhere, also behind all facts.
static HEADED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\n)(?:you(?:'ve|’ve| have)? )(?:just )?received (?:a |this )?(?:new )?(?:payment|upi payment|money|credit)(?: via upi| by upi)?\s?[.!]?(?:\n|$)",
    )
});

/// A label and its value below it.
static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\n)\W*(?:(?:transaction|txn|trans|entry)(?: type| nature)?|type|dr/cr|cr/dr|credit/debit)\W*\n\W*(?:(cr|credit)|dr|debit)(?:ed)?\W*(?:\n|$)",
    )
});
/// Money that left by a standing order, which is a mandate by name: it is no credit anyhow.
static ORDERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:is|was|has been|been|stands) (?:debited|deducted|executed|paid successfully|successfully paid)\b",
    )
});
/// Both sides of one's own transfer: "your account 1 is debited and account 2 will be credited".
static OWN_TRANSFER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\byour\b[^.\n]{0,40}\bdebited\b[^\n]{0,60}\band (?:a/?c|acct|account|beneficiary)\b[^\n]{0,60}\bwill be credited\b",
    )
});

/// Nothing else takes money out of the payee's own account.
static WITHDRAWN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:debited|withdrawn|deducted|charged)\b"));

/// The subject tells from this side too, unless the text alone has another verb: "You received ₹5" above "Paid to" and "Paid by".
fn credited_first(subject: &str, told: &str) -> bool {
    static BOTH_SIDES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?im)^\W*(?:paid|sent|received) (?:by|from)\b[^\n]*$"));
    // Whatever else the words of a form are: "Beneficiary Account No" names the same account.
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\byour (?:[a-z]+ ){0,3}(?:a/?c|acct|account)(?: no\.?| number| ending(?: in| with)?)? ?\S{0,20} (?:is|has been|was) credited (?:(?:by|with|for) (?:rs|inr|₹|an? (?:inward|upi|imps|neft|rtgs))|as (?:under|follows|below))|\bwe have credited your (?:[a-z]+ ){0,3}(?:a/?c|acct|account)\b",
        )
    });
    static AND_BACK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\byour (?:[a-z]+ ){0,2}(?:beneficiary|payee|receiver|recipient)\b|\bdebited (?:from|in|to) your\b|\byour\b[^.\n]{0,40}\bdebited\b",
        )
    });
    // A card with both sides, and whose reader is the payee.
    static TO_YOU: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:paid|sent) you\b|\bpaid to\W{1,3}your (?:[a-z]+ ){0,3}(?:a/?c|acct|account)\b|\bmoney has come in\b|\byou(?:['’]ve| have)? got (?:money|paid|a payment)\b|(?:^|\n)\W*(?:in)?to your (?:a/?c|acct|account)\b",
        )
    });
    static FROM_YOU: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\byou(?:['’]ve| have)? (?:successfully )?(?:paid|sent|transferred)\b|\bfrom your\b|\bpaid successfully\b",
        )
    });
    let both_sides = BOTH_SIDES.is_match(told)
        && !AND_BACK.is_match(told)
        && ![subject, told].iter().any(|words| FROM_YOU.is_match(words));
    OWN.is_match(told) && !AND_BACK.is_match(told)
        || both_sides && (TO_YOU.is_match(told) || TO_YOU.is_match(subject))
        || CREDITED_FIRST.is_match(told)
        || CREDITED_FIRST.is_match(subject) && BOTH_SIDES.is_match(told)
}

/// Without the full stops of `Rs. 500.00`, as what a pattern looks for in one sentence may have an amount in its midst; and without
/// the heads of columns.
fn within_sentences(told: &str) -> Cow<'_, str> {
    static STOP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?P<rs>rs)\.|(?P<whole>[0-9])\.(?P<part>[0-9])|(?:^|[\n\t])(?:debit|withdrawal)s?\s?\((?:₹|inr|rs\.?|dr\.?)\)",
        )
    });
    STOP.replace_all(told, |found: &Captures<'_>| {
        if let Some(rs) = found.name("rs") {
            format!("{} ", rs.as_str())
        } else if let (Some(whole), Some(part)) = (found.name("whole"), found.name("part")) {
            format!("{},{}", whole.as_str(), part.as_str())
        } else {
            "\t".to_owned()
        }
    })
}

/// `Rituja Samplekar received ₹1,250`, with nobody named from whom: the payer's own receipt.
fn somebody_else_received(words: &str) -> bool {
    static RECEIVED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|\n|[.!] )([A-Z~][A-Za-z.&' ~]{0,50}?) (?:has |have )?received (?:₹|Rs\b|INR\b)([^\n]*)",
        )
    });
    const NOBODY: [&str; 12] = [
        "you", "your", "payment", "money", "amount", "credit", "we", "just", "funds", "upi",
        "shop", "dear",
    ];
    RECEIVED.captures_iter(words).any(|found| {
        let name = &found[1];
        let first = name.split([' ', '\'']).next().unwrap_or_default();
        let said = NOBODY.iter().any(|word| word.eq_ignore_ascii_case(first));
        let rest = found[2].to_ascii_lowercase();
        let told = ["from ", " in your", "to your"]
            .iter()
            .any(|word| rest.contains(word));
        !said && !told && (name.contains('~') || name::plausible(name))
    })
}

/// `None`: neither, or in doubt.
pub(super) fn classify(
    subject: &str,
    text: &str,
    amount: Money,
    narration: Option<&Narration>,
    column: Option<bool>,
) -> Option<Kind> {
    let told = state::without_advice(text);
    let (subject, told) = (
        &*state::without_what_came(subject),
        state::without_what_came(&told),
    );
    if narration.is_some_and(|n| n.returned) || state::loads_a_wallet(subject, &told) {
        return None;
    }
    let flowing = within_sentences(&told);
    let debit = (DEBIT.is_match(&state::without_announcements(&flowing))
        || DEBIT.is_match(&within_sentences(subject))
        || somebody_else_received(subject)
        || somebody_else_received(&flowing))
        && !credited_first(subject, &flowing);
    if state::is_settlement(subject) && !WITHDRAWN.is_match(&told) {
        return None;
    }
    if OWN_TRANSFER.is_match(&told) && !state::failed(subject, &told) {
        return Some(Kind::Debit);
    }
    if state::undone(subject, &told) {
        let ordered = debit && ORDERED.is_match(&told) && state::only_ordered(subject, &told);
        return ordered.then_some(Kind::Debit);
    }
    let typed = TYPED.captures(&told).map(|found| found.get(1).is_some());
    let slot = narration.and_then(|n| n.credit).or(typed).or(column);
    if debit || slot == Some(false) {
        return Some(Kind::Debit);
    }
    if state::nobody_paid(subject, &told, amount) {
        return None;
    }
    let credit = slot == Some(true)
        || (CREDIT.is_match(subject) && !subject.ends_with('?'))
        || state::relevant(&told).any(|sentence| CREDIT.is_match(sentence))
        || HEADED.is_match(&told);
    credit.then_some(Kind::Credit)
}

/// Whether a sentence says that money moved.
pub(super) fn tells_of_money(sentence: &str) -> bool {
    CREDIT.is_match(sentence) || DEBIT.is_match(sentence)
}

/// Which sentences of a text say so. Each is looked at once at most, however often it is asked.
pub(super) struct Moves<'t> {
    text: &'t str,
    sentences: Vec<(Range<usize>, OnceCell<bool>)>,
}

impl<'t> Moves<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let spans = sentences::all(text).into_iter();
        Self {
            text,
            sentences: spans.map(|span| (span, OnceCell::new())).collect(),
        }
    }

    /// Whether the sentence at a place does.
    pub(super) fn at(&self, place: usize) -> bool {
        let behind = self
            .sentences
            .partition_point(|(span, _)| span.start <= place);
        let Some((span, told)) = behind.checked_sub(1).and_then(|at| self.sentences.get(at)) else {
            return false;
        };
        *told.get_or_init(|| self.text.get(span.clone()).is_some_and(tells_of_money))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Kind> {
        classify("", text, Money::inr(50_000), None, None)
    }

    #[test]
    fn the_verb_counts_for_the_account_that_it_is_about() {
        for (text, kind) in [
            ("Rs 500 credited to your a/c by UPI", Some(Kind::Credit)),
            ("Rs 500 debited and credited to SAI", Some(Kind::Debit)),
            (
                "Your a/c is credited for Rs 500 and debited from a/c 12",
                Some(Kind::Credit),
            ),
            ("SAI has received Rs 500 from your A/c", Some(Kind::Debit)),
            (
                "Rs 500 has been credited to the beneficiary account",
                Some(Kind::Debit),
            ),
            (
                "Rs 500 credited. If it was debited in error, call us.",
                Some(Kind::Credit),
            ),
            ("Sent Rs 500 to x", Some(Kind::Debit)),
            ("Your balance is Rs 500", None),
        ] {
            assert_eq!(of(text), kind, "{text}");
        }
    }

    #[test]
    fn what_is_undone_unfinished_or_nobodys_payment_is_none() {
        for text in [
            "Rs 500 credited to your a/c has been reversed",
            "Rs 500 has not yet been credited",
            "Rs 500 credited to your a/c.\nStatus: Pending",
            "Rs 500 cashback credited to your a/c",
            "A has requested Rs 500, it will be credited",
            "Loan of Rs 500 is disbursed and credited",
            "Rs 500 credited.\nThis is a test message.",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
