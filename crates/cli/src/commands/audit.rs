//! `noxpay audit`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Moment;
use clap::Args;
use serde::Deserialize;

/// Show what the operator and the merchant's credentials did, newest first
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Audit {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Of every merchant, and of none
    #[arg(long)]
    all: bool,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Only rows before this one
    #[arg(long, value_name = "ID")]
    before: Option<u64>,
}

const HELP: &str = "\
Examples:
  noxpay audit --limit 20
  noxpay audit --all --json";

#[derive(Deserialize)]
struct Answer {
    audit: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: i64,
    actor: String,
    action: String,
    subject: String,
    detail: Option<Detail>,
    at: Moment,
}

#[derive(Deserialize)]
struct Detail {
    reason: Option<String>,
}

impl Audit {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let page = [
            ("limit", Some(self.limit.to_string())),
            ("before_id", self.before.map(|id| id.to_string())),
        ];
        let query = if self.all {
            let said = page.into_iter();
            said.filter_map(|(name, value)| Some((name, value?)))
                .collect()
        } else {
            self.scope.find(context, &gateway).await?.query_with(page)
        };
        let answer = gateway.get("audit", &query).await?;
        let mut table = Table::new(
            ["ID", "WHEN", "WHO", "DID", "TO", "BECAUSE"],
            "nothing was done",
        );
        for row in answer.read::<Answer>()?.audit {
            let reason = row.detail.and_then(|detail| detail.reason);
            table.row([
                row.id.to_string(),
                row.at.to_string(),
                row.actor,
                row.action,
                row.subject,
                reason.unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
