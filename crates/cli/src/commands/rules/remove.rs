//! `noxpay rules remove`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Rule;
use clap::Args;
use uuid::Uuid;

/// Read no more mail by a rule; what it read stays
#[derive(Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The rule: noxpay rules list
    rule: Uuid,
}

impl Remove {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("parser-rules/{}", self.rule);
        let answer = gateway.delete(&path, &scope.query()).await?;
        let rule: Rule = answer.read()?;
        terminal.line(format!(
            "rule {} ({}) is removed",
            rule.rule_id, rule.bank_name
        ));
        terminal.result(answer.raw())
    }
}
