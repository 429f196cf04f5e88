//! `noxpay intent list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views;
use clap::Args;
use domain::StatusName;
use serde::Deserialize;

/// Show intents, newest first
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Only intents in this state, such as pending, review, settled
    #[arg(long, value_parser = status)]
    status: Option<StatusName>,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

const HELP: &str = "\
Examples:
  noxpay intent list --status review
  noxpay intent list --limit 10 --json";

fn status(text: &str) -> Result<StatusName, String> {
    StatusName::parse(text).ok_or_else(|| {
        let known = StatusName::ALL.map(StatusName::as_str).join(", ");
        format!("it must be one of {known}")
    })
}

#[derive(Deserialize)]
struct Answer {
    intents: Vec<views::Intent>,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let query = scope.query_with([
            ("limit", Some(self.limit.to_string())),
            ("status", self.status.map(|s| s.as_str().to_owned())),
        ]);
        let answer = gateway.get("intents", &query).await?;
        let mut table = Table::new(
            [
                "ID", "ORDER", "STATUS", "ASKED", "PAYABLE", "RECEIVED", "CREATED",
            ],
            "no intents",
        );
        for intent in answer.read::<Answer>()?.intents {
            table.row([
                intent.id.to_string(),
                intent.order_id,
                intent.status,
                intent.amount.digits().to_owned(),
                intent.payable_amount.digits().to_owned(),
                intent.received_amount.digits().to_owned(),
                intent.created_at.to_string(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
