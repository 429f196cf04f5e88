//! The form of a rule file, and its way into compiled rules.

use super::Bank;
use super::message::Via;
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
    #[serde(default)]
    senders: Vec<String>,
    /// Domains that may send and sign.
    #[serde(default)]
    domains: Vec<String>,
    /// Of its SMS, without what operators put around them.
    #[serde(default)]
    headers: Vec<String>,
    /// Android packages of its *business* apps. Consumers' apps show what anybody types.
    #[serde(default)]
    apps: Vec<String>,
    /// What it calls itself in a text, and headers of SMS that are not certain enough to trust: only to tell whose alert was
    /// forwarded.
    #[serde(default)]
    names: Vec<String>,
    /// What the app writes where the payer left no note.
    #[serde(default)]
    note_fillers: Vec<String>,
    /// None where only the general reader knows its mails.
    #[serde(default)]
    template: Vec<TemplateFile>,
    /// What its SMS and its apps' notifications look like.
    #[serde(default)]
    message: Vec<MessageFile>,
}

/// A template of an SMS or a notification: its text in one line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageFile {
    id: String,
    via: Via,
    kind: Kind,
    #[serde(default = "other")]
    mode: PaymentMode,
    at_format: Option<String>,
    on_format: Option<String>,
    pattern: String,
}

impl MessageFile {
    fn template(self) -> (Via, Template) {
        let file = TemplateFile {
            id: self.id,
            kind: self.kind,
            mode: self.mode,
            structures: Vec::new(),
            at_format: self.at_format,
            on_format: self.on_format,
            pattern: self.pattern,
        };
        (self.via, Template::new(file))
    }
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
            headers: self.headers,
            apps: self.apps,
            names: self.names,
            note_fillers: self.note_fillers,
            messages: self
                .message
                .into_iter()
                .map(MessageFile::template)
                .collect(),
            templates: self.template.into_iter().map(Template::new).collect(),
        })
    }
}
