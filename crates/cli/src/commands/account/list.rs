//! `noxpay account list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Accounts;
use clap::Args;

/// Show the accounts that a merchant owns or may use
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
        let answer = gateway.get("accounts", &scope.query()).await?;
        let mut table = Table::new(
            [
                "ID",
                "VPA",
                "NAME",
                "KIND",
                "DEDICATED",
                "BANK",
                "TAIL",
                "STATUS",
            ],
            "no accounts in this mode: noxpay account add-upi",
        );
        for account in answer.read::<Accounts>()?.accounts {
            table.row([
                account.id.to_string(),
                account.vpa,
                account.payee_name,
                account.kind,
                if account.dedicated { "yes" } else { "no" }.to_owned(),
                account.bank,
                account.account_tail.unwrap_or_default(),
                account.status,
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
