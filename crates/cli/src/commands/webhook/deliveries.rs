//! `noxpay webhook deliveries`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Moment;
use clap::Args;
use serde::Deserialize;
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
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

const HELP: &str = "\
Example:
  noxpay webhook deliveries --intent 7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c";

#[derive(Deserialize)]
struct Answer {
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) id: Uuid,
    pub(super) event_type: String,
    object_id: String,
    pub(super) url: String,
    pub(super) state: String,
    next_attempt_at: Option<Moment>,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    attempt: u32,
    started_at: Option<Moment>,
    duration_ms: u32,
    outcome: String,
    response_code: Option<u32>,
}

impl Attempt {
    fn words(&self) -> String {
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

impl Deliveries {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let query = scope.query_with([
            ("limit", Some(self.limit.to_string())),
            ("object_id", self.intent.map(|id| id.to_string())),
        ]);
        let answer = gateway.get("webhook-endpoints/deliveries", &query).await?;
        let mut table = Table::new(
            ["ID", "EVENT", "INTENT", "TO", "STATE", "NEXT", "LAST"],
            "nothing was sent yet",
        );
        for delivery in answer.read::<Answer>()?.deliveries {
            let last = delivery.attempts.iter().max_by_key(|a| a.attempt);
            table.row([
                delivery.id.to_string(),
                delivery.event_type,
                delivery.object_id,
                delivery.url,
                delivery.state,
                delivery
                    .next_attempt_at
                    .map(|m| m.to_string())
                    .unwrap_or_default(),
                last.map(Attempt::words).unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
