//! `noxpay account show`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Accounts;
use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Show one account, and why its amounts settle nothing where that is so
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Show {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The account: noxpay account list
    account: Uuid,
}

const HELP: &str = "\
Example:
  noxpay account show 01930000-0000-7000-8000-000000000002";

/// The answer once more, each account as it came.
#[derive(Deserialize)]
struct Raw {
    accounts: Vec<Box<RawValue>>,
}

impl Show {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway.get("accounts", &scope.query()).await?;
        let accounts = answer.read::<Accounts>()?.accounts;
        let at = accounts.iter().position(|a| a.id == self.account);
        let raw = at.and_then(|at| answer.read::<Raw>().ok()?.accounts.into_iter().nth(at));
        let (Some(account), Some(raw)) = (at.and_then(|at| accounts.get(at)), raw) else {
            return Err(Failure::failed(format!(
                "there is no account {} in {} mode: noxpay account list",
                self.account, scope.mode
            )));
        };
        let tail = account.account_tail.as_deref().unwrap_or("unknown");
        terminal.line(format!("{} of {}", account.vpa, account.payee_name));
        terminal.line(format!("  kind:      {}", account.kind));
        terminal.line(format!("  bank:      {}, digits {tail}", account.bank));
        terminal.line(format!("  status:    {}", account.status));
        terminal.line(format!("  dedicated: {}", account.dedicated_words()));
        if account.dedication_suspended.is_some() {
            terminal.line("");
            terminal.line("While it is suspended, an amount alone settles no order here: such money waits for you.");
            terminal.line("  what came:  noxpay intent unmatched; noxpay review list");
            terminal.line("  whose it is: noxpay review match OBSERVATION ORDER --reason …");
            terminal.line(format!(
                "  to lift it: noxpay account restore-dedication {} --reason …",
                account.id
            ));
        }
        terminal.result(&raw)
    }
}
