//! The merchant's events, asked for with long polls.

use crate::gateway::{Gateway, Unanswered};
use crate::signature::Signed;
use crate::views::Moment;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the gateway waits for the first event of an answer.
const WAIT: &str = "25";
/// Some more than that.
const PATIENCE: Duration = Duration::from_secs(40);
const SECRET_HEADER: &str = "X-NoxPay-Listen-Secret";

/// Where in a merchant's events the session is.
pub(super) struct Feed {
    gateway: Gateway,
    /// Whose events, and which.
    query: Vec<(&'static str, String)>,
    secret: String,
    /// `None` until the first answer said where now is.
    after: Option<i64>,
    next_after: Option<i64>,
}

#[derive(Deserialize)]
struct Page {
    events: Vec<Event>,
    next_after: i64,
}

/// One event with the headers that it would have been sent with now.
#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) object_id: String,
    pub(super) occurred_at: Option<Moment>,
    pub(super) headers: BTreeMap<String, String>,
    /// Byte for byte.
    pub(super) body: Box<RawValue>,
}

impl Event {
    pub(super) fn signed(&self) -> Signed {
        Signed::of(|name| self.headers.get(name).cloned())
    }
}

impl Feed {
    pub(super) fn new(
        gateway: Gateway,
        mut query: Vec<(&'static str, String)>,
        types: &[String],
        secret: String,
        after: Option<i64>,
    ) -> Self {
        if !types.is_empty() {
            query.push(("types", types.join(",")));
        }
        query.push(("wait", WAIT.to_owned()));
        Self {
            gateway,
            query,
            secret,
            after,
            next_after: None,
        }
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// The last event that was handed on, or where the session began.
    pub(super) fn after(&self) -> Option<i64> {
        self.after
    }

    /// An event was handed on.
    pub(super) fn known(&mut self, seq: i64) {
        self.after = Some(seq);
    }

    /// All events of the last answer were.
    pub(super) fn page_done(&mut self) {
        self.after = self.next_after.take().or(self.after);
    }

    /// None, where nothing happened for a while.
    pub(super) async fn next(&mut self) -> Result<Vec<Event>, Unanswered> {
        let after = match self.after {
            Some(seq) => seq.to_string(),
            None => "now".to_owned(),
        };
        let mut query = self.query.clone();
        query.push(("after", after));
        let secret = (SECRET_HEADER, self.secret.as_str());
        let answer = self
            .gateway
            .poll("events", &query, secret, PATIENCE)
            .await?;
        let page: Page = answer.read().map_err(Unanswered::Refused)?;
        self.next_after = Some(page.next_after);
        Ok(page.events)
    }
}
