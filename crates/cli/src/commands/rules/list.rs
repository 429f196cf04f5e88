//! `noxpay rules list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Rules;
use clap::Args;

/// Show the merchant's own rules, in the order in which they are tried
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway.get("parser-rules", &scope.query()).await?;
        let mut table = Table::new(
            [
                "ID", "VERSION", "BANK", "KEYWORD", "AMOUNT", "UTR", "SENDER", "REMARK",
            ],
            "no rules in this mode: mails are read by the built-in ones alone (noxpay rules check tries one)",
        );
        for rule in answer.read::<Rules>()?.rules {
            table.row([
                rule.rule_id.to_string(),
                rule.version.to_string(),
                rule.bank_name,
                rule.detect_keyword,
                rule.amount_regex,
                rule.utr_regex,
                rule.sender_regex.unwrap_or_default(),
                rule.remark_regex.unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
