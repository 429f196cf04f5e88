//! The form of a rule file, and its way into compiled rules.

use super::Bank;
use super::template::Template;
use crate::facts::Kind;
use domain::evidence::PaymentMode;
use serde::Deserialize;

/// Why a rule file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("not a rule file: {0}")]
    Form(#[from] toml::de::Error),
    #[error("template {template}: {problem}")]
    Template { template: String, problem: String },
    #[error("bank {bank}: {problem}")]
    Bank { bank: String, problem: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BankFile {
    /// Short code, upper case.
    bank: String,
    version: u32,
    /// Exact addresses.
    senders: Vec<String>,
    /// Domains that may send and sign.
    domains: Vec<String>,
    /// What the app writes where the payer left no note.
    #[serde(default)]
    note_fillers: Vec<String>,
    /// None where only the general reader knows its mails.
    #[serde(default)]
    template: Vec<TemplateFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateFile {
    pub(super) id: String,
    pub(super) kind: Kind,
    #[serde(default = "other")]
    pub(super) mode: PaymentMode,
    /// The MIME structures that this alert was seen with. If the signature leaves the structure open, it must be one of them.
    pub(super) structures: Vec<String>,
    /// Form of the capture `at`, as for `strptime`.
    pub(super) at_format: Option<String>,
    /// Form of the capture `on`, as for `strptime`.
    pub(super) on_format: Option<String>,
    /// The whole normalised text; see `template.rs` for the words in braces.
    pub(super) pattern: String,
}

fn other() -> PaymentMode {
    PaymentMode::Other
}

impl BankFile {
    pub(super) fn parse(text: &str) -> Result<Self, RuleError> {
        Ok(toml::from_str(text)?)
    }

    pub(super) fn bank(self) -> Result<Bank, RuleError> {
        let lower = |names: Vec<String>| {
            names
                .into_iter()
                .map(|n| n.to_ascii_lowercase())
                .collect::<Vec<_>>()
        };
        let (senders, domains) = (lower(self.senders), lower(self.domains));
        for sender in &senders {
            if !sender
                .split_once('@')
                .is_some_and(|(_, domain)| domains.iter().any(|d| d == domain))
            {
                let problem = format!("sender {sender} has a domain that is not listed");
                return Err(RuleError::Bank {
                    bank: self.bank,
                    problem,
                });
            }
        }
        Ok(Bank {
            code: self.bank,
            version: self.version,
            senders,
            domains,
            note_fillers: self.note_fillers,
            templates: self.template.into_iter().map(Template::new).collect(),
        })
    }
}
