//! `noxpay rules check`

use super::fields::Fields;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::DryRun;
use clap::Args;
use serde::Serialize;

/// Show what a rule would read in the mails that are kept, beside what was read; stores nothing
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    fields: Fields,
    /// The mails of how many days, 1 to 90
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(flatten)]
    fields: &'a Fields,
    days: u32,
}

impl Check {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            fields: &self.fields,
            days: self.days,
        };
        let answer = gateway
            .post("parser-rules/dry-run", &scope.query(), &request)
            .await?;
        let run: DryRun = answer.read()?;
        let mut table = Table::new(
            [
                "RECEIVED",
                "SUBJECT",
                "VERDICT",
                "WAS READ",
                "WOULD READ",
                "WOULD BE",
            ],
            "the rule can be used, but there is no kept mail to try it on",
        );
        for mail in run.mails {
            let received = mail.was.received_at.or(mail.was.read_at);
            let was = mail.was.facts.and_then(|facts| facts.alert);
            table.row([
                received.map(|at| at.to_string()).unwrap_or_default(),
                mail.was.subject.unwrap_or_default(),
                mail.was.verdict,
                was.map(|alert| alert.to_string()).unwrap_or_default(),
                mail.reads.map(|read| read.to_string()).unwrap_or_default(),
                mail.would_be.to_string(),
            ]);
        }
        terminal.table(&table);
        if run.not_kept > 0 {
            terminal.line(format!(
                "{} more mails of these days are not kept any more (NOXPAY_MAIL_BODY_DAYS)",
                run.not_kept
            ));
        }
        terminal.result(answer.raw())
    }
}
