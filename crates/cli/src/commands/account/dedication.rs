//! `noxpay account restore-dedication`

use crate::commands::word;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Account;
use clap::Args;
use serde_json::json;
use uuid::Uuid;

/// Say that an account receives nothing but NoxPay's orders, although money came that fitted none
///
/// Amounts alone settle orders again, from now on: what waited because of the suspension goes on waiting for you (noxpay
/// review list). What was paid before is not counted any more; if such money comes again, the dedication is suspended again.
/// Look first where the money came from (noxpay intent unmatched): customers who pay at the counter to this account would
/// settle other people's orders. Then register another account for one of the two.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct RestoreDedication {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The account: noxpay account list
    account: Uuid,
    /// Why, for the record: 1 to 300 characters
    #[arg(long, value_parser = word::reason)]
    reason: String,
}

const HELP: &str = "\
Example:
  noxpay account restore-dedication 01930000-0000-7000-8000-000000000002 --reason 'two transfers of my own'";

impl RestoreDedication {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("accounts/{}/restore-dedication", self.account);
        let body = json!({ "reason": self.reason });
        let answer = gateway.post(&path, &scope.query(), &body).await?;
        let account: Account = answer.read()?;
        let dedicated = account.dedicated_words();
        terminal.line(format!("{}: dedicated: {dedicated}", account.vpa));
        terminal.result(answer.raw())
    }
}
