//! Whether the money really came, and from somebody: what an alert says besides the direction.
//!
//! Words count where they can be about this payment: in the subject, and up to the last fact. Behind it stand advice and
//! advertisement, where only a sentence about *this* payment counts.

use super::pattern::set;
use super::{money, pattern::pattern, sentences};
use crate::rules::refusal;
use domain::Money;
use regex::{Regex, RegexSet};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Refusing words (see `rules/refusal.rs`) that may be meant for later, or for others, in a sentence of their own.
const SOFT: [&str; 3] = ["future", "not a payment", "settlement"];

/// Undone, unfinished, or no payment at all, in the words of [`refusal`]'s list and beyond.
static UNDONE: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\b(?:not|never|isn['’]t|hasn['’]t|wasn['’]t|haven['’]t|didn['’]t|couldn['’]t|can(?:no|['’])t|won['’]t|without|neither|nor|nothing|no (?:such )?(?:money|amount|payment|credit|transaction|longer))\b(?:[^\w\n]+\w+){0,10}[^\w\n]+(?:credited|credit|received|deposited|completed|processed|successful|settled|payment|reached)\b",
        r"\bno transaction\b|\bnothing (?:reached|came|was|has)",
        r"\byet to\b|\bto be (?:credited|processed|confirmed)|\bfails?\b|\bexpect(?:ed)? to|\bawait|\bunder review|\bin (?:a )?(?:few|some) (?:minutes|hours)|\bonce (?:the|it is|you)\b|\bif you (?:approve|accept|pay)|\bcoming to\b|\bnext batch\b",
        r"\brev/|\btowards rev\b|\brev(?:ersal)? (?:tran|txn|trans|transaction)\b|\bstopped\b|\bblocked\b|\bwithheld\b|\brecalled\b|\brevoked\b|\bexpired\b|\blien (?:of|has|is|marked|placed)|\b(?:marked|under) .{0,20}lien\b|\bfrozen\b|\bchargeback|\bdisputed?\b.{0,30}\b(?:raised|payment|registered)|\braised a dispute|\bcomplaint\W+\d|\bcomplaint (?:is|has|was) |\bclaimed\b",
        r"\bis your (?:one[- ]time )?(?:code|pin|password)\b|\bcode to (?:confirm|approve|complete)|\brecap\b|\bat [0-9]+ places\b|\bsent for clearing|\bon reali[sz]ation|\bsubject to clearing\b|\b(?:received|taken|sent|accepted) for (?:collection|clearing)\b|\b(?:on|after) (?:clearing|clearance|reali[sz]ation)\b|\breceived (?:your |a |the )?cheque\b|\blodge?ment\b|\bcredited (?:[0-9]+|two|three|four|five|several|multiple) times\b|\bwithdraw (?:process|now|it|your)\b|\bapprove (?:the|this) (?:request|collect|payment)\b|\baccept to receive\b|\baccept payment\b|\bwithin [0-9]+ (?:working |business )?(?:days|hours)|\bsubject to (?:realisation|realization|clearance)|\bin clearing\b|\bcheque\b.{0,60}\bclearing\b",
        r"\brequest(?:s|ed|ing)?\b.{0,40}\b(?:money|payment|rs|inr|₹|from you)|\byour request for\b|\breminder\b|\bremind|\bplease (?:pay|credit|transfer)\b|\bpay now\b|\binvoice\b.{0,60}\bdue\b|\btax invoice\b|\bdue (?:date|on|by)\b|\bpayable\b|\bquoting\b|\bi (?:have |had )?(?:just )?(?:paid|sent|transferred)\b|\bfrom my account\b",
        r"\bsample (?:alert|message|sms|mail|credit)\b|\btest (?:alert|message|mail|sms)\b|\bthis is (?:only )?a (?:test|sample|demo)|\bfor illustration|\bfake\b|\bfraudster|\blooks? like this|\bscam|\bnewsletter|\ba reader sent\b|\bthis week\b",
        r"\b(?:under|in) (?:a )?dispute\b|\b(?:is|been|was|being) (?:disputed|contested|investigated)\b|\bnot (?:been )?(?:accepted|honou?red|allowed|permitted|applied|gone through)\b|\binsufficient\b|\bis this (?:real|genuine|true)\b|\bunknown (?:number|sender)\b",
        r"\b(?:and|but|which) (?:has |have |was |is )?(?:since )?(?:been )?recovered\b|\bnot go through\b|\bput back\b|\bin error\b|\bwrongly\b|\berroneous|\bdeemed\b|\bdo you want\b|\bwould you like\b|\bon (?:its|the) way\b|\bwill reach\b|^\W{0,3}(?:test|draft)\W|\bscreenshot\b|\bplease (?:ship|dispatch|deliver|confirm)\b|\bduplicate (?:alert|message|sms|mail)s?\b|\balert twice\b|\bmy order\b",
        r"\b(?:alert|message|sms|e-?mail|mail|notification)\b.{0,60}\bby mistake\b|\btechnical (?:error|glitch|issue|fault)\b|\bno such (?:entry|deposit|receipt|transfer)\b|\bhow (?:an?|your|the|such|our) (?:[a-z]+ ){0,2}(?:alert|message|sms|mail|e-?mail)s? (?:will|would|may|might|looks?)\b|\bcut[- ]?off\b|\bit will be (?:credited|posted) (?:on|by|tomorrow|next)\b",
        r"\busable (?:from|after)\b|\bdrawee\b|\bpurchase[ -](?:return|refund)\b|\bcollect (?:it|the (?:cash|money|amount)|your cash) (?:at|from)\b|\bcardless\b|\bto be received\b|\blink is ready\b|\bwhen (?:the|your) customer pays\b|\bthis is how\b|\bfor show\b|\bnew look\b|\b(?:enter|type|give) your (?:[a-z]+ )?m?pin\b|\bis back (?:with|in)\b|\bduplicate (?:entry|credit|posting)\b|\b(?:set|put) right\b|\bagainst (?:your |the )?complaint\b|\b(?:shall|will) debit it\b|\bwe (?:keep|hold) (?:the|your) (?:money|amount|funds|sum)\b|\bwrong (?:person|account|beneficiary|vpa|upi id|number)\b|\byour consent\b|\bvoice\b.{0,40}\b(?:test|try|said)\b|\b(?:said|says) just now\b|जाएगी|जाएगा|जायेगा|जायेगी|जाएंगे|होगी|होगा",
        r"\bstatus\b\W{0,4}(?:[a-z]+ ){0,2}(?:processing|process|awaiting|hold|on-hold|queued|open|unpaid|due|new|created|authori[sz]ed|submitted|verifying|verification|incomplete|initiated)\b",
        r"reversal\b|reversed\b|\b(?:rvsl|revsl|rvs)\b|\b(?:neft|upi|imps|rtgs)[ -]?(?:ret|rev|rtn|return|returned|refund)\b|[-/](?:ret|rev|rtn|rvsl|return|refund)[-/]",
        r"\bupcoming\b|\bdue from\b|\b(?:will|shall) (?:soon |now |automatically )?be (?:auto[- ]?)?(?:collected|deposited|paid|transferred|added|settled)\b|\bkindly (?:pay|transfer|credit|remit|deposit|approve)\b|\bplease (?:approve|remit|deposit)\b|\bwants? (?:rs|inr|₹)",
        r"असफल|विफल|वापस|नहीं|रद्द|लंबित",
    ])
});

/// Words in the subject alone that say the same.
static UNDONE_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*test\b|\b(?:dispute|complaint|query|statement|summary|request|reminder|your (?:day|week|month)|invoice|newsletter|beware|fake|kyc|otp)\b",
    )
});

/// Without the words for what was asked, ordered or waited for, where it came.
pub(super) fn without_what_came(told: &str) -> Cow<'_, str> {
    static CAME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:has |have )?(?:paid|approved|accepted) your (?:upi )?(?:payment |collect |money )?request\b|\byour (?:upi )?(?:payment |collect |money )request (?:is |was |has been )(?:paid|approved|accepted)\b|\brequest (?:is |was |has been )?paid\b|\b(?:which|that) (?:was|were|had been) (?:earlier )?(?:pending|on hold|delayed|under process|in process)\b,? (?:is|has|was|have)(?: now| since)?(?: been)? (?P<done>successful|completed|credited|processed)\b|\b(?:upi )?(?:auto ?pay )?(?:auto ?pay|e-?mandate|mandate)(?: with umn \S+)? in your favour (?:was|is|has been) (?:honoured|executed|paid)\b",
        )
    });
    static BY_ORDER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(\breceived\b(?:[^\n]{0,40}\bfrom [^.\n]{2,60}?)?) (?:under|through|via|by) (?:an? |the |your )?(?:upi )?(?:auto ?pay|e-?mandate)(?: mandate)?",
        )
    });
    match CAME.replace_all(told, "$done") {
        Cow::Borrowed(told) => BY_ORDER.replace_all(told, "$1"),
        Cow::Owned(told) => Cow::Owned(BY_ORDER.replace_all(&told, "$1").into_owned()),
    }
}

/// Money came, but not as a payment by somebody else.
static NOBODY: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\b(?:received|receipt of) (?:your|the) (?:payment|emi|bill)|\breceived (?:a )?payment\b.{0,80}\bcard\b|\b(?:credited|payment|received|on|towards|for)\b.{0,40}\b(?:to )?your .{0,30}\bcard\b|\bcredit card (?:bill|payment|statement|dues|number|no)|\bthank you for (?:your|the) payment",
        r"\bloan\b|\boverdraft\b|\bemi\b|\bdisburs|\bpremium\b|\bpolicy\b",
        r"\brewards?\b|\brefer\b|\boffer ends\b|\bopt out\b|\binvite\b|\bfriends?\b.{0,30}\bjoin|\b(?:bonus|loyalty|super) ?(?:points|coins)|\bcashback\b|\bcoins\b|\boffer code\b|\bt ?& ?cs?\b|\bterms (?:and|&) conditions\b|\bvoucher\b|\bscratch card\b|\bgift card\b|\b(?:won|win|eligible)\b|\bpre-?approved\b|\bearn (?:up ?to|rs|₹|inr)",
        r"\bfixed deposit\b|\brecurring deposit\b|\bterm deposit\b|\b(?:fd|rd)\b.{0,30}\b(?:no|a/c|account|booked|matured|closure|proceeds)|\bmatur(?:ed|ity)\b|\bredemption\b|\bredeem|\binterest\b|ब्याज|\bint\.? ?pd\b|\bdividend\b",
        r"\b(?:added|credited|loaded|topped).{0,60}\bwallet\b|\bwallet (?:has been|is|was)?\s?(?:loaded|topped|credited|recharged)|\bfastag\b|\brecharge",
        r"\b\d+ (?:payments|transactions|credits|txns|upi payments)\b|\b(?:daily|day'?s?|weekly|monthly|today'?s|yesterday'?s?) (?:summary|report|digest|collection|sales|statement)|\bsummary of (?:your )?(?:transactions|payments|credits)|\bcollections? of\b|\b\d+ sales\b|\bmdr\b|\bearnings\b|\bpayments? summary\b|\blast \d+ (?:txns?|transactions)|payments received\W+\d+|(?:^|\n)payments\t\d+|(?:^|\n)settlement\b",
        r"\bbill payment\b|\byour (?:[a-z]+ ){0,2}bill\b|\b(?:credited|added|received|loaded)\b[^\n]{0,40}\b(?:pay balance|prepaid|sodexo|meal card|meal wallet)\b|\bpenny[ -]?drop\b|\bupi lite\b|\b(?:insurance|claim (?:amount|no|number|of|settle\w*|proceeds))\b|\bauto[- ]?sweep\b|\bsweep[- ](?:in|out)\b|\bfrom (?:fd|rd|ppf|nps|ssy)\b|\b(?:ppf|nps|ssy|rd|fd|demat|trading|loan) (?:a/?c|acct|account)\b|\bipo\b|\basba\b|\bescrow\b",
        r"\blimit\b.{0,40}\b(?:increased|enhanced|changed|revised|set)\b",
        r"\b(?:between|across) your (?:own )?(?:[a-z]+ )?accounts\b|\byour own (?:[a-z]+ )?(?:a/?c|account)s?\b|\b(?:self|own account) transfer\b",
        r"\b(?:closure|foreclosure) of (?:td|fd|rd|term|fixed|recurring|deposit)|\brfd\b|\bincome[ -]?tax\b|\btax department\b|\bentry by\b|\bfolio\b|\bmutual fund\b|\bnav\b\W*[0-9]|\bcash ledger\b|\bchallan\b|\bdividend\b|\bspin ?(?:&|and) ?win\b",
    ])
});

/// What explains the money even where it names another amount.
static PAID_OUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdisburs|^\W*gross\b|\bmdr\b[^\n]{0,24}[1-9]|\bt[cd]s\b[^\n]{0,16}[1-9]|\b(?:our|platform|marketplace|selling) (?:fee|commission)s?\b[^\n]{0,12}[1-9]|\b(?:each|every|per) month\b|\bmatur(?:ed|ity)\b|\bredeem|\b(?:today['’]?s?|daily|day['’]?s?|week['’]?s?|weekly|month['’]?s?|monthly) (?:summary|digest|recap|report)\b|^\W*(?:summary|digest)\b|(?:rs\.?|inr|₹)\s?[0-9,.]+ for [0-9]{1,2}[-/ .](?:[0-9]{1,2}|[a-z]{3,9})[-/ .,]{1,2}[0-9]{2,4} (?:has been |was |is )?(?:transferred|settled|credited|deposited|sent|paid)\b",
    )
});

/// An app pays out what it collected.
pub(super) fn is_settlement(subject: &str) -> bool {
    static SETTLEMENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^\W*(?:your |the |daily |today['’]s )?(?:settlement|payout)\b")
    });
    SETTLEMENT.is_match(subject)
}

/// Advice of the bank, which names what did not happen.
static ADVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:(?:(?:safety|security) )?tips?\s?: ?(?:you (?:will )?never|never|do not|don[’']t|beware)\b|if\b|should you\b|no (?:fee|charge|amount)\b|in case\b|no refund\b|to refund\b|never\b|you (?:will )?never\b|do ?n[o'’]t\b|do not\b|please (?:do not|note|call|contact|report|ignore|visit|login|log in|check)|not (?:you|done|initiated|authori[sz]ed|expecting)\b|kindly\b|beware of (?:phish|fraud|suspicious)|for (?:any|more|further|help|queries|details|support|assistance)\b|call\b|to (?:report|block|stop|know|view|unsubscribe|dispute|raise|check)\b|(?:contact|reach|inform|visit|approach)\b|report (?:dispute|at|to|it)|sms\b.{0,40}\bto \d|(?:it|this) was sent to\b|this (?:is (?:a |an )?(?:system|auto|computer)|e?-?mail (?:is|was|and)|message was|communication|mail is)|(?:hdfc |the )?bank (?:will )?never|disclaimer|didn['’]t\b|need help|questions|write to us|unsubscribe|\(c\)|©|copyright|download|click|view\b|stay (?:safe|alert)|be (?:careful|alert)|cheque deposits)",
    )
});

/// A sentence behind the facts that is still about them.
static ABOUT_THIS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:could|can|was|has|have|not|failed|declined|reversed|pending|rejected|cancell?ed|returned|on hold)\b|\b(?:this|the) (?:transaction|payment|credit|amount|sum|entry|deposit|remittance|transfer|is (?:only )?an? (?:test|sample|demo|specimen|transfer)|money (?:has|was|is))\b|\bit (?:has|was|is)\b|\bstatus\b|\btest message\b|\bno transaction\b|\bnothing\b|\b(?:has|have) (?:since |now )?been (?:reversed|returned|refunded)|\bscreenshot\b|\bsuch a (?:message|credit)\b|\b(?:rrn|reference) is the number\b|\bno such\b|\bsent in error\b|\bby mistake\b|\bfor show\b|\bstands at\b.{0,30}\bpayable\b|\bfunds? (?:usable|available)\b|\bto get it\b|\bto (?:claim|receive) (?:it|the)\b|\bwe (?:keep|hold) (?:the|your)\b|^\W*that is what\b|\bfigures above\b|\bthis completes\b|\bconfirm and (?:dispatch|ship|deliver)\b",
    )
});

/// Where an app says what it will do with the money that came.
static PASSED_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:settlement to your (?:bank|a/?c|account)\s?[:\t]|(?:(?:this (?:payment|amount|money)|(?:the )?(?:money|amount)|it) (?:goes|will go|(?:will|shall) be settled)|this payment (?:will|shall) be (?:transferred|sent|moved|deposited))(?: (?:in)?to your (?:linked |registered |own )?(?:bank|a/?c|account)| as per your settlement))",
    )
});

/// What a bank does in every such case, and not in this one.
static IN_GENERAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:need to return it\?|money sent by mistake can|loan chahiye|(?:need|want) (?:a |an )?(?:business |instant |personal )?loan|payment (?:failed|pending)(?: or (?:failed|pending))?\?|refunds for (?:failed|pending))|^\W*(?:(?:any|all|failed|pending|delayed|declined|timed[- ]out|unsuccessful|such)(?: or (?:failed|pending|delayed|declined))? )(?:upi |imps |neft )?(?:transactions|payments|transfers|credits|refunds) (?:are|may be|get|will be)\b|^\W*for (?:an? )?(?:pending|failed|delayed|declined)\b",
    )
});

/// What asks for money, or takes the alert back, is no advice.
fn is_advice(sentence: &str) -> bool {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:kindly|please) (?:pay|transfer|credit|remit|deposit|approve)\b|^\W*this (?:message|alert|e-?mail|mail|sms)\b.{0,40}\b(?:in error|by mistake|wrongly|incorrect)",
        )
    });
    static OFFERS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\bup ?to (?:rs\b|inr\b|₹)|(?:\brs\.?|\binr|₹)\s?[0-9,.]+ tak\b")
    });
    (ADVICE.is_match(sentence) && !ASKS.is_match(sentence))
        || OFFERS.is_match(sentence)
        || PASSED_ON.is_match(sentence)
        || IN_GENERAL.is_match(sentence) && !money::is_spoken_of(sentence)
}

/// The text without sentences that give advice.
pub(super) fn without_advice(text: &str) -> String {
    sentences::all(text)
        .into_iter()
        .filter_map(|span| text.get(span))
        .map(
            |sentence| match (is_advice(sentence), sentence.ends_with('\n')) {
                (false, _) => sentence,
                (true, true) => "\n",
                (true, false) => "",
            },
        )
        .collect()
}

/// Without the verbs of money that will leave: a rent, a charge, a mandate's next turn.
pub(super) fn without_announcements(told: &str) -> Cow<'_, str> {
    static ANNOUNCES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:will|shall|would|may) be (?:auto[- ]?)?(?:deducted|charged|debited|recovered|collected)\b",
        )
    });
    ANNOUNCES.replace_all(told, "")
}

/// Failed, reversed, pending, requested, a sample, …
pub(super) fn undone(subject: &str, told: &str) -> bool {
    if refusal(subject).is_some_and(|word| !SOFT.contains(&word))
        || UNDONE.is_match(subject)
        || UNDONE_SUBJECT.is_match(subject)
    {
        return true;
    }
    relevant(told).any(|sentence| {
        UNDONE.is_match(sentence)
            || refusal(sentence)
                .is_some_and(|word| !SOFT.contains(&word) || word == "future" && tells(sentence))
    })
}

/// Money that somebody put into a wallet of his own.
pub(super) fn loads_a_wallet(subject: &str, told: &str) -> bool {
    static LOADS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:added|loaded|topped up)\b[^\n]{0,12}\b(?:to|into|in) your\b[^\n]{0,30}\b(?:wallet|pay balance|gift card)\b",
        )
    });
    LOADS.is_match(subject) || LOADS.is_match(told)
}

/// Whether nothing else undoes it than that it was ordered beforehand.
pub(super) fn only_ordered(subject: &str, told: &str) -> bool {
    let ordered = |text: &str| refusal(text).is_none_or(|word| word == "mandate");
    ordered(subject)
        && !UNDONE.is_match(subject)
        && relevant(told).all(|sentence| ordered(sentence) && !UNDONE.is_match(sentence))
}

/// Whether it says that the money did not move.
pub(super) fn failed(subject: &str, told: &str) -> bool {
    let failed = |text: &str| {
        refusal(text).is_some_and(|word| !SOFT.contains(&word)) || UNDONE.is_match(text)
    };
    failed(subject) || relevant(told).any(failed)
}

/// A bill of one's own, a promotion, interest, a settlement of many payments, …
///
/// A sentence about other amounts alone, a day's total or an offer, says nothing of this one.
pub(super) fn nobody_paid(subject: &str, told: &str, amount: Money) -> bool {
    // "₹150 received | Today's collection ₹9,870"
    let of_others = |part: &&str| money::tells_of(part, amount) != Some(false);
    let several = money::tells_of(subject, amount) == Some(true);
    subject
        .split(['|', '\t'])
        .filter(|part| !several || of_others(part))
        .any(|part| refusal(part).is_some() || NOBODY.is_match(part))
        || relevant(told).any(|sentence| {
            let own = money::tells_of(sentence, amount);
            match own {
                Some(false) => PAID_OUT.is_match(sentence),
                Some(true) => {
                    NOBODY.is_match(sentence)
                        || PAID_OUT.is_match(sentence)
                        || refusal(sentence).is_some()
                }
                None => NOBODY.is_match(sentence),
            }
        })
}

/// Whether words behind an alert take it back: "this transaction has been reversed", "this is a test message".
pub(crate) fn takes_back(footer: &str) -> bool {
    let told = without_advice(footer);
    sentences::all(&told)
        .into_iter()
        .filter_map(|span| told.get(span))
        .any(|sentence| {
            ABOUT_THIS.is_match(sentence)
                && (UNDONE.is_match(sentence)
                    || refusal(sentence).is_some_and(|word| !SOFT.contains(&word)))
        })
}

fn tells(sentence: &str) -> bool {
    super::direction::tells_of_money(sentence) && money::has_amount(sentence)
}

/// Sentences up to the last fact, and those behind it that speak of this payment.
pub(super) fn relevant(told: &str) -> impl Iterator<Item = &str> {
    let spans = sentences::all(told);
    let last = spans
        .iter()
        .rposition(|span| told.get(span.clone()).is_some_and(is_fact))
        .unwrap_or(spans.len());
    spans.into_iter().enumerate().filter_map(move |(at, span)| {
        let sentence = told.get(span)?;
        (at <= last || ABOUT_THIS.is_match(sentence)).then_some(sentence)
    })
}

/// Whether a sentence holds a fact: a moved amount, a reference, a masked account, an address.
fn is_fact(sentence: &str) -> bool {
    static FACT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*[A-Za-z][A-Za-z &/.()'’-]{1,34}?(?:\s?:\s|\t)|(?:^|[^0-9A-Za-z])(?:[0-9]{12}|[Xx*]{1,}[0-9]{3,6})(?:[^0-9A-Za-z]|$)|[0-9]{1,2}[-/][A-Za-z0-9]{2,3}[-/][0-9]{2}",
        )
    });
    FACT.is_match(sentence) || money::has_amount(sentence)
}
