//! `noxpay mailbox log`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Mails;
use clap::Args;

/// Show the mails that were read, newest first, and what was made of each
#[derive(Args)]
pub(crate) struct Log {
    #[command(flatten)]
    scope: ScopeArgs,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

impl Log {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let query = scope.query_with([("limit", Some(self.limit.to_string()))]);
        let answer = gateway.get("mails", &query).await?;
        let mut table = Table::new(
            ["RECEIVED", "SENDER", "SUBJECT", "VERDICT", "REASON", "SAYS"],
            "no bank's mail has been read in this mode: noxpay mailbox list shows how far each mailbox is",
        );
        for mail in answer.read::<Mails>()?.mails {
            let received = mail.received_at.or(mail.read_at);
            let says = mail.facts.and_then(|facts| facts.alert);
            table.row([
                received.map(|at| at.to_string()).unwrap_or_default(),
                mail.sender.unwrap_or_default(),
                mail.subject.unwrap_or_default(),
                mail.verdict,
                mail.reason.unwrap_or_default(),
                says.map(|alert| alert.to_string()).unwrap_or_default(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
