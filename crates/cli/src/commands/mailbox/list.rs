//! `noxpay mailbox list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Mailboxes;
use clap::Args;

/// Show the mailboxes, and how far each has been read
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
        let answer = gateway.get("mailboxes", &scope.query()).await?;
        let mut table = Table::new(
            [
                "ID",
                "USERNAME",
                "SERVER",
                "FOLDER",
                "STATE",
                "READ UP TO",
                "LAST ERROR",
            ],
            "no mailboxes in this mode: noxpay mailbox add",
        );
        for mailbox in answer.read::<Mailboxes>()?.mailboxes {
            table.row([
                mailbox.id.to_string(),
                mailbox.username,
                format!("{}:{}", mailbox.host, mailbox.port),
                mailbox.folder.unwrap_or_default(),
                mailbox.state,
                mailbox.watermark.map(|m| m.to_string()).unwrap_or_default(),
                mailbox.last_error.unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
