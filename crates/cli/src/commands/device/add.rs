//! `noxpay device add`

use crate::commands::mailbox::token::{Pushing, show};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// Add a phone and print its token, this once
///
/// Then bind it to the accounts that its SMS and notifications are about: noxpay device bind.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    /// What it is called
    name: String,
    /// How its forwarder app shows who it is
    #[arg(long, value_enum, default_value_t = Scheme::Token)]
    scheme: Scheme,
}

const HELP: &str = "\
Example:
  noxpay device add 'Counter phone' --scheme stamped-hmac";

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Scheme {
    /// By the token alone
    Token,
    /// X-Signature over the body: Incoming SMS Gateway
    BodyHmac,
    /// X-Signature over body and X-Timestamp: `SMSGate`
    StampedHmac,
    /// A signed token per request: httpSMS
    Jwt,
}

#[derive(Serialize)]
struct Request<'a> {
    kind: &'a str,
    name: &'a str,
    scheme: Scheme,
}

impl Add {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            kind: "phone",
            name: &self.name,
            scheme: self.scheme,
        };
        let answer = gateway.post("mailboxes", &scope.query(), &request).await?;
        show(&answer.read::<Pushing>()?, gateway.url(), terminal);
        terminal.result(answer.raw())
    }
}
