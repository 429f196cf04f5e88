//! A merchant's own rules.

use super::Amount;
use super::mail::Mail;
use serde::Deserialize;
use std::fmt;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
pub(crate) struct Rules {
    pub(crate) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Rule {
    pub(crate) rule_id: Uuid,
    pub(crate) version: u32,
    pub(crate) bank_name: String,
    pub(crate) detect_keyword: String,
    pub(crate) amount_regex: String,
    pub(crate) utr_regex: String,
    pub(crate) sender_regex: Option<String>,
    pub(crate) remark_regex: Option<String>,
}

/// What a rule would have read.
#[derive(Debug, Deserialize)]
pub(crate) struct DryRun {
    pub(crate) mails: Vec<Checked>,
    pub(crate) not_kept: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Checked {
    pub(crate) was: Mail,
    pub(crate) reads: Option<Read>,
    pub(crate) would_be: WouldBe,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Read {
    amount: Amount,
    utr: Option<String>,
    other_ref: Option<String>,
    payer_vpa: Option<String>,
    payer_name: Option<String>,
    remark: Option<String>,
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.amount)?;
        for (word, said) in [
            ("from", self.payer_name.as_ref().or(self.payer_vpa.as_ref())),
            ("ref", self.utr.as_ref().or(self.other_ref.as_ref())),
            ("note", self.remark.as_ref()),
        ] {
            if let Some(said) = said {
                write!(f, " {word} {said}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct WouldBe {
    /// `credit`, `debit` or `other`.
    kind: String,
    sure: bool,
    doubt: Option<String>,
}

impl fmt::Display for WouldBe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.sure, &self.doubt) {
            (true, _) => write!(f, "a sure {}", self.kind),
            (false, Some(doubt)) => write!(f, "{}, unsure: {doubt}", self.kind),
            (false, None) => write!(f, "{}, unsure", self.kind),
        }
    }
}
