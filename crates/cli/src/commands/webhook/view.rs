//! An endpoint as people are shown it.

use crate::terminal::Terminal;
use crate::views::Moment;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
pub(super) struct Endpoint {
    pub(super) id: Uuid,
    pub(super) url: String,
    description: String,
    /// Empty for the default set.
    event_types: Vec<String>,
    pub(super) profile: String,
    retry: Option<Retry>,
    pub(super) state: String,
    state_reason: Option<String>,
    state_since: Option<Moment>,
    failing_since: Option<Moment>,
    pub(super) waiting: u32,
    public_key: Option<String>,
    previous_secret_until: Option<Moment>,
    single_signs_with_previous: bool,
    created_at: Option<Moment>,
}

#[derive(Debug, Deserialize)]
struct Retry {
    name: String,
    #[serde(default)]
    pauses_s: Vec<u32>,
}

/// A secret that was just made.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) secret: String,
}

impl Endpoint {
    pub(super) fn events(&self) -> String {
        match self.event_types.as_slice() {
            [] => "the usual ones".to_owned(),
            some => some.join(","),
        }
    }

    /// With why.
    pub(super) fn state_words(&self) -> String {
        match (self.state_reason.as_deref(), self.failing_since) {
            (Some("gone"), _) => format!("{} (it answered 410)", self.state),
            (Some("failing"), _) => format!("{} (it failed for days)", self.state),
            (Some("merchant") | None, None) => self.state.clone(),
            (Some("merchant") | None, Some(since)) => {
                format!("{}, failing since {since}", self.state)
            }
            (Some(other), _) => format!("{} ({other})", self.state),
        }
    }

    fn retries(&self) -> String {
        match &self.retry {
            None => String::new(),
            Some(retry) if retry.pauses_s.is_empty() => retry.name.clone(),
            Some(retry) => {
                let pauses: Vec<String> = retry.pauses_s.iter().map(u32::to_string).collect();
                format!("after {} s", pauses.join(", "))
            }
        }
    }

    pub(super) fn print(&self, terminal: &mut Terminal) {
        let moment = |at: Option<Moment>| at.map(|at| at.to_string()).unwrap_or_default();
        let lines = [
            ("endpoint", self.id.to_string()),
            ("url", self.url.clone()),
            ("about", self.description.clone()),
            ("events", self.events()),
            ("profile", self.profile.clone()),
            ("retries", self.retries()),
            ("state", self.state_words()),
            ("since", moment(self.state_since)),
            ("waiting", self.waiting.to_string()),
            ("public key", self.public_key.clone().unwrap_or_default()),
            ("added", moment(self.created_at)),
        ];
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            terminal.line(format!("{name:10}  {value}"));
        }
        if let Some(until) = self.previous_secret_until {
            terminal.line(format!(
                "The secret before the last rotation signs as well until {until}."
            ));
        }
        if self.single_signs_with_previous {
            terminal.line(format!(
                "Headers of one signature still go by it: noxpay webhook accept-secret {}",
                self.id
            ));
        }
    }
}
