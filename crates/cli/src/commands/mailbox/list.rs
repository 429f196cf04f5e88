//! `noxpay mailbox list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Mailboxes;
use clap::Args;

/// Show the mailboxes and what pushes, and how far each has been read
///
/// What cannot be read is shown with its last error, since when, and what to do about it.
/// What pushes and has been silent for too long is blind: nothing expires over it.
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
                "NAME",
                "READ FROM",
                "STATE",
                "READ UP TO",
                "LAST ERROR",
                "SINCE",
            ],
            "no mailboxes in this mode: noxpay mailbox add",
        );
        let mut advice = Vec::new();
        for mailbox in answer.read::<Mailboxes>()?.mailboxes {
            if let Some(what_to_do) = &mailbox.advice {
                advice.push(format!(
                    "{} ({}): {what_to_do}",
                    mailbox.label(),
                    mailbox.id
                ));
            }
            table.row([
                mailbox.id.to_string(),
                mailbox.label().to_owned(),
                mailbox.place(),
                match mailbox.blind {
                    true => "blind".to_owned(),
                    false => mailbox.state,
                },
                mailbox.watermark.map(|m| m.to_string()).unwrap_or_default(),
                mailbox.last_error.unwrap_or_default(),
                mailbox
                    .failing_since
                    .map(|m| m.to_string())
                    .unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        for line in advice {
            terminal.line(line);
        }
        terminal.result(answer.raw())
    }
}
