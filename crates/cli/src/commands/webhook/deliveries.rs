//! `noxpay webhook deliveries`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Moment;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Show what was sent, to where, and how it went, newest first
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Deliveries {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Only of this intent, by its id
    #[arg(long, value_name = "ID")]
    intent: Option<Uuid>,
    /// Only to this endpoint
    #[arg(long, value_name = "ID")]
    endpoint: Option<Uuid>,
    /// Only those that wait, arrived, or were given up
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only of this event type, such as payment.success
    #[arg(long = "event", value_name = "TYPE")]
    event: Option<String>,
    /// Only those before this one
    #[arg(long, value_name = "ID")]
    before: Option<Uuid>,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

const HELP: &str = "\
Examples:
  noxpay webhook deliveries --intent 7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c
  noxpay webhook deliveries --state failed";

#[derive(Clone, Copy, ValueEnum)]
enum State {
    Pending,
    Delivered,
    Failed,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) id: Uuid,
    pub(super) event_id: Uuid,
    pub(super) event_type: String,
    pub(super) object_id: String,
    pub(super) url: String,
    pub(super) state: String,
    /// It waits for an earlier event of its object.
    pub(super) held: bool,
    pub(super) next_attempt_at: Option<Moment>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) request_headers: Option<BTreeMap<String, String>>,
    pub(super) body: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Attempt {
    attempt: u32,
    started_at: Option<Moment>,
    duration_ms: u32,
    outcome: String,
    response_code: Option<u32>,
    pub(super) response_excerpt: Option<String>,
    #[serde(default)]
    pub(super) response_headers: BTreeMap<String, String>,
}

impl Attempt {
    pub(super) fn words(&self) -> String {
        let code = self
            .response_code
            .map(|c| format!(" {c}"))
            .unwrap_or_default();
        let at = self.started_at.map(|m| m.to_string()).unwrap_or_default();
        format!(
            "{}{code} in {} ms, attempt {} at {at}",
            self.outcome, self.duration_ms, self.attempt
        )
    }
}

impl Delivery {
    pub(super) fn state_words(&self) -> String {
        match self.held {
            true => format!("{} (behind an earlier event)", self.state),
            false => self.state.clone(),
        }
    }

    fn row(&self) -> [String; 7] {
        let last = self.attempts.iter().max_by_key(|a| a.attempt);
        let next = self.next_attempt_at.map(|m| m.to_string());
        [
            self.id.to_string(),
            self.event_type.clone(),
            self.object_id.clone(),
            self.url.clone(),
            self.state_words(),
            next.unwrap_or_default(),
            last.map(Attempt::words).unwrap_or_default(),
        ]
    }
}

impl Deliveries {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let id = |id: Option<Uuid>| id.map(|id| id.to_string());
        let query = scope.query_with([
            ("limit", Some(self.limit.to_string())),
            ("object_id", id(self.intent)),
            ("endpoint_id", id(self.endpoint)),
            ("state", self.state.map(|s| s.as_str().to_owned())),
            ("event_type", self.event),
            ("before_id", id(self.before)),
        ]);
        let answer = gateway.get("webhook-deliveries", &query).await?;
        let mut table = Table::new(
            ["ID", "EVENT", "INTENT", "TO", "STATE", "NEXT", "LAST"],
            "nothing was sent yet",
        );
        for delivery in answer.read::<Answer>()?.deliveries {
            table.row(delivery.row());
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
