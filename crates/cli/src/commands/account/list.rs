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
        let mut notes = Vec::new();
        for account in answer.read::<Accounts>()?.accounts {
            if account.dedication_suspended.is_some() {
                let (id, words) = (account.id, account.dedicated_words());
                notes.push(format!("{id}: {words}: noxpay account show {id}"));
            }
            let dedicated = match (&account.dedication_suspended, account.dedicated) {
                (Some(_), _) => "suspended",
                (None, true) => "yes",
                (None, false) => "no",
            };
            table.row([
                account.id.to_string(),
                account.vpa,
                account.payee_name,
                account.kind,
                dedicated.to_owned(),
                account.bank,
                account.account_tail.unwrap_or_default(),
                account.status,
            ]);
        }
        terminal.table(&table);
        for note in notes {
            terminal.line(note);
        }
        terminal.result(answer.raw())
    }
}
