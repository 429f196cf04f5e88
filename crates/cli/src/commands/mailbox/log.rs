//! `noxpay mailbox log`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Mails;
use clap::Args;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Show the mails that were read, newest first, and what was made of each
#[derive(Args)]
pub(crate) struct Log {
    #[command(flatten)]
    scope: ScopeArgs,
    /// How many, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Only these: recorded, refused, unbound, unsure, `not_a_credit`, unparsed or undecided
    #[arg(long)]
    verdict: Option<String>,
    /// Only of this mailbox: noxpay mailbox list
    #[arg(long, value_name = "MAILBOX")]
    mailbox: Option<Uuid>,
    /// Go on before this mail: the last line of the page before says which
    #[arg(long, value_name = "MAIL")]
    before: Option<Uuid>,
}

impl Log {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let query = scope.query_with([
            ("limit", Some(self.limit.to_string())),
            ("verdict", self.verdict),
            ("mailbox_id", self.mailbox.map(|id| id.to_string())),
            ("before", self.before.map(|id| id.to_string())),
        ]);
        let answer = gateway.get("mails", &query).await?;
        let log: Mails = answer.read()?;
        let mut table = Table::new(
            [
                "RECEIVED", "CHANNEL", "SENDER", "SUBJECT", "VERDICT", "REASON", "SAYS", "MONEY",
                "KEPT",
            ],
            "no bank's mail has been read in this mode, or none like that: noxpay mailbox list shows how far each mailbox is",
        );
        let mut reasons = BTreeMap::new();
        for mail in log.mails {
            let received = mail.received_at.or(mail.read_at);
            let says = mail.facts.and_then(|facts| facts.alert);
            if let (Some(reason), Some(words)) = (&mail.reason, mail.reason_words) {
                reasons.insert(reason.clone(), words);
            }
            table.row([
                received.map(|at| at.to_string()).unwrap_or_default(),
                mail.channel,
                mail.sender.unwrap_or_default(),
                mail.subject.unwrap_or_default(),
                mail.verdict,
                mail.reason.unwrap_or_default(),
                says.map(|alert| alert.to_string()).unwrap_or_default(),
                mail.matched
                    .map(|money| money.to_string())
                    .unwrap_or_default(),
                if mail.body_kept { "yes" } else { "no" }.to_owned(),
            ]);
        }
        terminal.table(&table);
        for (reason, words) in reasons {
            terminal.line(format!("{reason}: {words}"));
        }
        if !log.matches_known {
            terminal.line("intent-service is away: which intents have the money is not shown");
        }
        if let Some(before) = log.next_before {
            terminal.line(format!("older: noxpay mailbox log --before {before}"));
        }
        terminal.result(answer.raw())
    }
}
