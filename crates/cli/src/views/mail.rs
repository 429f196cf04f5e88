//! What was read in a mailbox.

use super::Moment;
use domain::Money;
use serde::Deserialize;
use std::fmt;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
pub(crate) struct Mails {
    pub(crate) mails: Vec<Mail>,
    /// What `--before` must be for older ones.
    pub(crate) next_before: Option<Uuid>,
    pub(crate) matches_known: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Mail {
    pub(crate) sender: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) received_at: Option<Moment>,
    pub(crate) read_at: Option<Moment>,
    /// `recorded`, `refused`, `unbound`, `unsure`, `not_a_credit`, `unparsed` or `undecided`.
    pub(crate) verdict: String,
    pub(crate) reason: Option<String>,
    pub(crate) reason_words: Option<String>,
    pub(crate) channel: String,
    pub(crate) facts: Option<Facts>,
    pub(crate) body_kept: bool,
    pub(crate) matched: Option<Matched>,
}

/// What became of the money that a mail told of.
#[derive(Debug, Deserialize)]
pub(crate) struct Matched {
    outcome: String,
    rung: Option<String>,
    reason: Option<String>,
    intent_ids: Vec<Uuid>,
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.outcome)?;
        if let Some(rung) = &self.rung {
            write!(f, " by {rung}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        self.intent_ids.iter().try_for_each(|id| write!(f, " {id}"))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Facts {
    pub(crate) alert: Option<Alert>,
}

/// What the mail says of money, whether or not it is believed.
#[derive(Debug, Deserialize)]
pub(crate) struct Alert {
    amount_minor: String,
    payer_name: Option<String>,
    payer_vpa: Option<String>,
    utr: Option<String>,
    other_ref: Option<String>,
    note: Option<String>,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount_minor.parse() {
            Ok(minor) => write!(f, "INR {}", Money::inr(minor).to_decimal())?,
            Err(_) => write!(f, "{} paise", self.amount_minor)?,
        }
        for (word, said) in [
            ("from", self.payer_name.as_ref().or(self.payer_vpa.as_ref())),
            ("ref", self.utr.as_ref().or(self.other_ref.as_ref())),
            ("note", self.note.as_ref()),
        ] {
            if let Some(said) = said {
                write!(f, " {word} {said}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_told_in_one_line() {
        let alert: Alert = serde_json::from_str(
            r#"{"amount_minor": "49900", "payer_name": "ASHA RAO", "payer_vpa": "a@b", "utr": "612345678901", "note": null}"#,
        )
        .unwrap();
        assert_eq!(
            alert.to_string(),
            "INR 499.00 from ASHA RAO ref 612345678901"
        );
    }
}
