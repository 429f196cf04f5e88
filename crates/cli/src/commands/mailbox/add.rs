//! `noxpay mailbox add`

use super::password;
use super::token::{Pushing, show};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use clap::Args;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::json;

/// Add a mailbox that receives bank alerts
///
/// The password is typed, or read from standard input; it is sealed before it is stored, and never shown. Mail is read and
/// never changed: nothing is marked as seen.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The IMAP server
    #[arg(long, required_unless_present = "http", conflicts_with = "http")]
    host: Option<String>,
    /// IMAP over TLS
    #[arg(long, default_value_t = 993)]
    port: u16,
    #[arg(long, required_unless_present = "http", conflicts_with = "http")]
    username: Option<String>,
    #[arg(long, default_value = "INBOX")]
    folder: String,
    /// No server: somebody posts the raw mails, under this name. The token is printed, this once
    #[arg(long, value_name = "NAME")]
    http: Option<String>,
}

const HELP: &str = "\
NOXPAY_MAILBOX_PASSWORD, or the file that NOXPAY_MAILBOX_PASSWORD_FILE names, may hold the password instead.

Example:
  noxpay mailbox add --host imap.example.com --username alerts@shop.example < password.txt
  noxpay mailbox add --http 'Forwarded by Gmail'";

#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) folder: &'a str,
}

impl Add {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let (Some(host), Some(username)) = (&self.host, &self.username) else {
            let request = json!({ "kind": "http", "name": self.http });
            let answer = gateway.post("mailboxes", &scope.query(), &request).await?;
            show(&answer.read::<Pushing>()?, gateway.url(), terminal);
            return terminal.result(answer.raw());
        };
        let password = password::read(context, terminal)?;
        let request = Request {
            host,
            port: self.port,
            username,
            password: password.expose_secret(),
            folder: &self.folder,
        };
        let answer = gateway.post("mailboxes", &scope.query(), &request).await?;
        let mailbox: Mailbox = answer.read()?;
        terminal.line(format!("mailbox {} ({})", mailbox.id, mailbox.label()));
        terminal.line(format!("try it: noxpay mailbox test {}", mailbox.id));
        terminal.result(answer.raw())
    }
}
