//! `noxpay review list`

use crate::commands::intent::tell_evidence;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Evidence;
use clap::Args;
use serde::Deserialize;

/// Show money that waits for a person, with the intents that it may belong to
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Show what is to be given back instead
    #[arg(long)]
    refund_due: bool,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

const HELP: &str = "\
Examples:
  noxpay review list
  noxpay review list --refund-due --json";

#[derive(Deserialize)]
struct Answer {
    evidence: Vec<Evidence>,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let state = if self.refund_due {
            "refund_due"
        } else {
            "open"
        };
        let query = scope.query_with([
            ("limit", Some(self.limit.to_string())),
            ("state", Some(state.to_owned())),
        ]);
        let answer = gateway.get("observations", &query).await?;
        let evidence = answer.read::<Answer>()?.evidence;
        if self.refund_due {
            terminal.table(&refunds(&evidence));
        } else {
            tell(&evidence, terminal);
        }
        terminal.result(answer.raw())
    }
}

fn tell(evidence: &[Evidence], terminal: &mut Terminal) {
    if evidence.is_empty() {
        terminal.line("no money waits for a person");
    }
    for (number, evidence) in (1..).zip(evidence) {
        tell_evidence(number, evidence, None, terminal);
        terminal.line("");
    }
}

/// Where each amount is to go: what its own alert says, and nothing else.
fn refunds(evidence: &[Evidence]) -> Table {
    let mut table = Table::new(
        ["OBSERVATION", "AMOUNT", "PAYER", "REFERENCE", "PAID"],
        "no money is to be given back",
    );
    for evidence in evidence {
        table.row([
            evidence.observation_id.to_string(),
            evidence.amount.digits().to_owned(),
            evidence.payer_vpa.clone().unwrap_or_default(),
            evidence.reference.clone().unwrap_or_default(),
            evidence.paid_to.to_string(),
        ]);
    }
    table
}
