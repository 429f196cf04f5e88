//! `noxpay intent unmatched`

use super::show::tell_evidence;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Evidence;
use clap::Args;
use serde::Deserialize;

/// Show money that fits no intent, or that a person is asked about
#[derive(Args)]
pub(crate) struct Unmatched {
    #[command(flatten)]
    scope: ScopeArgs,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

#[derive(Deserialize)]
struct Answer {
    evidence: Vec<Evidence>,
}

impl Unmatched {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let query = scope.query_with([("limit", Some(self.limit.to_string()))]);
        let answer = gateway.get("intents/unmatched", &query).await?;
        let evidence = answer.read::<Answer>()?.evidence;
        if evidence.is_empty() {
            terminal.line("all money that was seen belongs to an intent");
        }
        for (number, evidence) in (1..).zip(&evidence) {
            tell_evidence(number, evidence, None, terminal);
            terminal.line("");
        }
        terminal.result(answer.raw())
    }
}
