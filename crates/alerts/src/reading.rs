//! What a rule made of a mail.

use crate::facts::{Facts, Kind};
use crate::general;
use crate::mail::Mail;
use crate::rules::refusal;

/// The outcome of [`crate::Rules::read`]. It says what the text says, whoever sent it; whether to believe it is
/// [`crate::authenticate`]'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub kind: Kind,
    /// Short code of the bank that the sender's domain belongs to.
    pub bank: Option<String>,
    /// `None` for [`Kind::Other`].
    pub facts: Option<Facts>,
    /// The template that matched.
    pub rule: Option<RuleRef>,
    /// Why nothing may settle on this reading. `None` is *sure*.
    pub doubt: Option<Doubt>,
}

impl Reading {
    /// Whether the reading may settle something, if the mail is also authentic and bound.
    pub fn sure(&self) -> bool {
        self.doubt.is_none()
    }

    pub fn is_sure_credit(&self) -> bool {
        self.kind == Kind::Credit && self.sure()
    }

    /// What the general reader makes of a mail that no template fits, which is never sure. Where it gives nothing, and a word says
    /// why, that word is the doubt.
    pub(crate) fn general(bank: Option<&str>, doubt: Doubt, mail: &Mail) -> Self {
        let subject = mail.subject();
        match general::read(&subject, mail) {
            Some((kind, facts)) => Self {
                kind,
                facts: Some(facts),
                ..Self::unread(bank, doubt)
            },
            None => {
                let word = refusal(&subject).or_else(|| refusal(mail.text()));
                let known = doubt == Doubt::NoTemplate;
                Self::unread(bank, word.filter(|_| known).map_or(doubt, Doubt::Refused))
            }
        }
    }

    pub(crate) fn unread(bank: Option<&str>, doubt: Doubt) -> Self {
        Self {
            kind: Kind::Other,
            bank: bank.map(str::to_owned),
            facts: None,
            rule: None,
            doubt: Some(doubt),
        }
    }
}

/// Which rule read a mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleRef {
    /// `BANK/template`, or `merchant/id` for a rule of a merchant's own.
    pub id: String,
    /// The version of the bank's rule file, or of the merchant's rule; every change of it counts up.
    pub version: u32,
}

/// Why a reading is unsure. Each has a stable code, see [`Doubt::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The sender's domain belongs to no bank that has rules.
    NoRules,
    /// The bank's, but not an address that its alerts come from.
    UnlistedSender,
    /// No template fits the whole text.
    NoTemplate,
    /// The text can be understood in two ways.
    Ambiguous,
    /// A word says that the money did not (yet) come from somebody else: failed, reversed, pending, requested, …
    Refused(&'static str),
    /// The template fits, but a fact in it is impossible.
    BadFact(&'static str),
    /// The signature leaves the MIME structure open, and it is not the one that the rule records.
    UnsignedStructure,
    /// A rule of the merchant's own fits, and nothing that comes with the program says the same: see [`crate::Rules::read_with`].
    MerchantRuleUnconfirmed,
    /// A rule of the merchant's own reads another amount or reference than a template does, or than can be told from the text.
    MerchantRuleDisagrees,
}

impl Doubt {
    /// Every doubt, without its detail.
    pub(crate) const ALL: [Self; 9] = [
        Self::NoRules,
        Self::UnlistedSender,
        Self::NoTemplate,
        Self::Ambiguous,
        Self::Refused(""),
        Self::BadFact(""),
        Self::UnsignedStructure,
        Self::MerchantRuleUnconfirmed,
        Self::MerchantRuleDisagrees,
    ];

    /// What it means, for merchants.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NoRules => "the sender is not a known bank",
            Self::UnlistedSender => {
                "the sender has the bank's domain, but is no address that its alerts come from"
            }
            Self::NoTemplate => "the bank's, but in a form that no rule knows",
            Self::Ambiguous => "the text can be understood in two ways",
            Self::Refused(_) => {
                "a word in it says that the money has not, or not yet, come from somebody else"
            }
            Self::BadFact(_) => "an amount, a date or a reference in it is impossible",
            Self::UnsignedStructure => {
                "the signature leaves open how the mail is built, and it is not built as usual"
            }
            Self::MerchantRuleUnconfirmed => {
                "a rule of yours fits, but the built-in reader does not see a payment to you"
            }
            Self::MerchantRuleDisagrees => {
                "a rule of yours reads another amount or reference than the built-in rules, or several"
            }
        }
    }

    /// Stable code for logs and the e-mail log of a merchant.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRules => "no_rules",
            Self::UnlistedSender => "unlisted_sender",
            Self::NoTemplate => "no_template",
            Self::Ambiguous => "ambiguous",
            Self::Refused(_) => "refused_word",
            Self::BadFact(_) => "bad_fact",
            Self::UnsignedStructure => "unsigned_structure",
            Self::MerchantRuleUnconfirmed => "merchant_rule_unconfirmed",
            Self::MerchantRuleDisagrees => "merchant_rule_disagrees",
        }
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(detail) | Self::BadFact(detail) => write!(f, "{}: {detail}", self.code()),
            _ => f.write_str(self.code()),
        }
    }
}
