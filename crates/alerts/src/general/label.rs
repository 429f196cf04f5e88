//! What a label announces.

use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Amount,
    /// The amount that came, in a column or line of its own.
    Credited,
    /// The same of one that left.
    Debited,
    Balance,
    /// The UPI or IMPS reference.
    Reference,
    /// A reference of another kind: an order, an app's transaction.
    OtherReference,
    Payer,
    Vpa,
    Note,
    /// The payer's words, or the bank's narration.
    Description,
    /// Date, time or both.
    When,
    Account,
    Narration,
    /// A label to the eye, of nothing that is sought.
    Unknown,
}

const REFERENCE: &str = r"(?:(?:upi|imps|bank|payment|npci)\s*)?(?:(?:txn|transaction|trans|trxn|tran)\.?\s*)?(?:rrn|utr|ref(?:erence)?)\b\.?(?:\s*(?:no|number|num|nbr|id|#|code)\b\.?)*(?:\s*\((?:rrn|utr|upi|upi ref(?:erence)?(?: no\.?)?)\))?(?:\s*(?:no|number)\.?)?|(?:upi|imps)(?:\s*(?:txn|transaction|trans)\.?)?(?:\s*(?:id|no|number|ref)\.?)|refno|rrn/utr|utr/rrn|upi ref/rrn";

static KINDS: LazyLock<Vec<(Label, Regex)>> = LazyLock::new(|| {
    let whole = |label: &str| pattern(&format!(r"(?i)^(?:{label})$"));
    vec![
        (
            Label::Debited,
            whole(
                r"(?:debit|withdrawal)(?:\s+(?:amount|amt)\.?)?|(?:debit|withdrawal)s?\s*\((?:inr|rs\.?|₹|dr\.?)\)(?:\s*\(?(?:inr|rs\.?|₹)\)?)?|dr\.? (?:amt|amount)\.?",
            ),
        ),
        (
            Label::Unknown,
            whole(
                r"(?:remitter|sender|payer|from|debit(?:ed)?)(?:['’]s)?\s*(?:from\s*)?(?:a/?c|acct|account|bank|ifsc|branch)\b.*|(?:sender|payer|remitter|customer)\s*(?:e?-?mail|mobile|phone).*|withdrawal.*|(?:paid|debited|taken|sent) from|debit.*|mode|status|type|your (?:vpa|upi id).*|(?:to|payee|merchant) (?:vpa|upi id).*|ifsc|branch|remitting branch|charges?|fees?|gst|(?:google|app|phonepe|paytm|bharatpe) (?:transaction|txn)\.? id",
            ),
        ),
        (
            Label::Balance,
            whole(
                r"(?:[\w./&-]+\s+){0,4}bal(?:ance)?\.?(?:\s+(?:is|now|before|after|as on|inr))?(?:\s+(?:this |the )?(?:credit|deposit|payment|transaction|txn))?(?:\s*\(?(?:inr|rs\.?|₹)\)?)?|avl\.? ?bal\.?|(?:avl|avlbl|avail|available)\.? ?(?:amt|amount|limit)\.?",
            ),
        ),
        (Label::Reference, whole(REFERENCE)),
        (
            Label::Note,
            whole(
                r"(?:(?:payment|payer|payer's|sender's|sender|customer|upi|txn|transaction|added|their)\s*)?(?:(?:remittance|sender to receiver) info(?:rmation)?|note|message|msg|remarks?|rmks?|purpose|comments?|tag|order ref(?:erence)?)(?:\s*(?:from|by) (?:the )?(?:payer|sender|customer))?",
            ),
        ),
        (
            Label::Description,
            whole(r"(?:(?:payment|txn|transaction)\s*)?description"),
        ),
        (
            Label::OtherReference,
            whole(
                r"(?:order|txn|transaction|trxn|payment|app|paytm|phonepe|neft|rtgs|bharatpe|google)\.?\s*(?:txn|transaction|reference|ref|order)?\.?\s*(?:id|no|number|ref|reference|utr)\.?|tid",
            ),
        ),
        (
            Label::Credited,
            whole(
                r"(?:credit|deposit)(?:\s+(?:amount|amt)\.?)?|(?:credit|deposit)s?\s*\((?:inr|rs\.?|₹|cr\.?)\)(?:\s*\(?(?:inr|rs\.?|₹)\)?)?|cr\.? (?:amt|amount)\.?|(?:amount|amt)\.? (?:credited|deposited)",
            ),
        ),
        (
            Label::Amount,
            whole(
                r"(?:(?:txn|transaction|transfer(?:red)?|credit(?:ed)?|payment|upi|total|net|paid|received|deposit(?:ed)?)\s+)?(?:amount|amt)\.?(?:\s*(?:credited|received|paid|deposited|transferred|\((?:inr|rs\.?|₹|in rs\.?)\)))*|credited|received|how much|payment received|paid|you(?:'ve|’ve| have)? received|money received|amount",
            ),
        ),
        (
            Label::Vpa,
            whole(
                r"(?:(?:sender|payer|remitter|customer|depositor|from|upi)(?:['’]s)?\s*)*(?:vpa|upi id|upi address|upi handle)(?:\s*(?:of (?:sender|payer)))?",
            ),
        ),
        (
            Label::Payer,
            whole(
                r"(?:(?:sender|payer|remitter|customer|payee)(?:['’]s)?\s*(?:name|details)?|paid by|who (?:sent it|paid)|depositor|received from|from|fm|frm|credited by|by|transferred by|sent by|from name|name of (?:sender|remitter|payer)|remitter|name|bhejne wale|भेजने वाले का नाम|प्रेषक)",
            ),
        ),
        (
            Label::When,
            whole(
                r"(?:(?:transaction|txn|trans|credit|payment|value|posting|transfer)\s*)?(?:date(?:\s*(?:&|and|/|,)\s*time)?|time|timestamp|date/time)(?:\s*(?:of (?:txn|transaction|credit)|\(ist\)))?|(?:(?:txn|trans|tran)\.? ?)?(?:dt|tm)|dated|deposited on|(?:posted|sent) (?:at|on)|when|credited on|received on|on|at|paid on|paid at|received at",
            ),
        ),
        (
            Label::Account,
            whole(
                r"(?:(?:your|to|credited|beneficiary|deposit|in|credit|bank)\s*)*(?:a/?c|acct|account)\.?(?:\s*(?:no|number|num|ending|#)\.?)*|credited to|where it went|paid into|credited in|into|in|deposited in|deposited to|to",
            ),
        ),
        (
            Label::Narration,
            whole(
                r"(?:transaction\s*)?(?:info|information|narration|particulars|reference details|txn details)",
            ),
        ),
    ]
});

pub(super) fn kind(label: &str) -> Option<Label> {
    KINDS
        .iter()
        .find(|(_, pattern)| pattern.is_match(label))
        .map(|(kind, _)| *kind)
}
