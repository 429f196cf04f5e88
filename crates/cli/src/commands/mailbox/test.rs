//! `noxpay mailbox test`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Deserialize;
use uuid::Uuid;

/// Try whether a mailbox can be read: connects, logs in, reads nothing
#[derive(Args)]
pub(crate) struct Test {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
}

#[derive(Deserialize)]
struct Tried {
    ok: bool,
    failed_step: Option<String>,
    message: Option<String>,
}

impl Test {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/test", self.mailbox);
        let nothing = serde_json::json!({});
        let answer = gateway.post(&path, &scope.query(), &nothing).await?;
        let tried: Tried = answer.read()?;
        terminal.result(answer.raw())?;
        if tried.ok {
            terminal.line("it can be read");
            return Ok(());
        }
        Err(Failure::failed(format!(
            "it cannot be read: {} ({})",
            tried.message.as_deref().unwrap_or("no reason was given"),
            advice(tried.failed_step.as_deref().unwrap_or_default())
        )))
    }
}

/// What to look at when a step failed.
fn advice(step: &str) -> &'static str {
    match step {
        "resolve" => "check the host's name",
        "connect" => "check host and port, and that the server can be reached from here",
        "tls" => "the server needs a certificate that this machine trusts, under that name",
        "login" => "check user name and password; many providers want an app password",
        "select" => "check the folder's name",
        "idle" => "the server does not announce new mail",
        _ => "see imap-verifier's log",
    }
}
