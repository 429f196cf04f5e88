//! `noxpay mailbox set-password`

use super::add::secret_in;
use super::password;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use clap::Args;
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::path::PathBuf;
use uuid::Uuid;

/// Give a mailbox another password or refresh token
///
/// The password is typed, or read from standard input. A mailbox that was given up after three refusals (`auth_failed`) is tried
/// again at once; its accounts, and how far it was read, stay as they are.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct SetPassword {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
    /// A file with a new refresh token, for a mailbox that was added with --oauth2
    #[arg(long, value_name = "FILE")]
    refresh_token_file: Option<PathBuf>,
}

const HELP: &str = "\
NOXPAY_MAILBOX_PASSWORD, or the file that NOXPAY_MAILBOX_PASSWORD_FILE names, may hold the password instead.

Example:
  noxpay mailbox set-password 01930000-0000-7000-8000-000000000001 < password.txt";

impl SetPassword {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = match &self.refresh_token_file {
            Some(file) => json!({ "refresh_token": secret_in(file)?.expose_secret() }),
            None => json!({ "password": password::read(context, terminal)?.expose_secret() }),
        };
        let path = format!("mailboxes/{}/login", self.mailbox);
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let mailbox: Mailbox = answer.read()?;
        terminal.line(format!("{} is {}", mailbox.label(), mailbox.state));
        terminal.line(format!("try it: noxpay mailbox test {}", mailbox.id));
        terminal.result(answer.raw())
    }
}
