//! The flags of every decision about money.

use clap::Args;
use domain::breach::Breach;
use domain::text::Reason;
use serde::Serialize;

/// Why, and what is broken knowingly.
#[derive(Args)]
pub(crate) struct WordArgs {
    /// Why, for the record: 1 to 300 characters
    #[arg(long, value_parser = reason)]
    reason: String,
    /// A rule that this breaks, and that is to be broken; once for each
    #[arg(long, value_name = "RULE", value_parser = rule)]
    accept: Vec<Breach>,
}

/// The body of the call.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    reason: &'a str,
    accept: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
}

impl WordArgs {
    /// `intent` is the intent of a match.
    pub(crate) fn request<'a>(&'a self, intent: Option<&'a str>) -> Request<'a> {
        Request {
            reason: &self.reason,
            accept: self.accept.iter().map(|b| b.as_str()).collect(),
            intent,
        }
    }
}

pub(crate) fn reason(text: &str) -> Result<String, String> {
    Reason::parse(text)
        .map(|reason| reason.as_str().to_owned())
        .map_err(|error| format!("it {error}"))
}

fn rule(text: &str) -> Result<Breach, String> {
    Breach::parse(text).ok_or_else(|| {
        let known = Breach::ALL.map(Breach::as_str).join(", ");
        format!("it must be one of {known}")
    })
}
