//! `noxpay mailbox trust-results`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::{Args, ValueEnum};
use uuid::Uuid;

/// Let a mailbox's own server vouch for mails that carry no signature
///
/// Some servers take a bank's signature away and write down that it was good (Authentication-Results). Only servers that the
/// operator lists count (`NOXPAY_RESULTS_PROVIDERS` of imap-verifier), only their topmost field, and only for mails without any
/// signature: where there is one, it alone decides.
#[derive(Args)]
pub(crate) struct TrustResults {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
    #[arg(long, value_enum)]
    trust: YesNo,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

impl TrustResults {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/results", self.mailbox);
        let trust = self.trust == YesNo::Yes;
        let body = serde_json::json!({ "trust": trust });
        let answer = gateway.post(&path, &scope.query(), &body).await?;
        terminal.line(match trust {
            true => "its server's word counts for unsigned mails, from the next mail on",
            false => "only signatures count",
        });
        terminal.result(answer.raw())
    }
}
