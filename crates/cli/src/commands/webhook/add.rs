//! `noxpay webhook add`

use super::fields::{Profile, Retry};
use super::view::{Endpoint, Made};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Add an endpoint that is told of payments, and print its secret, this once
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Where to send: https, an ordinary port, an address that everybody can reach
    #[arg(value_name = "ENDPOINT_URL")]
    endpoint: String,
    /// An event type to send, such as payment.success; may be given several times, * is all. The usual ones, unless said
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<String>,
    /// What it is for, in a line
    #[arg(long)]
    description: Option<String>,
    /// Which interface the receiver was written for; noxpay, unless said
    #[arg(long, value_enum)]
    profile: Option<Profile>,
    /// When what failed is tried again: standard, noddpay, payment-gateway, or seconds before each attempt (0,60,300). The
    /// profile's own, unless said
    #[arg(long)]
    retry: Option<Retry>,
    /// A file with the secret that the receiver knows already, from another gateway; one is made, unless said
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

const HELP: &str = "\
Examples:
  noxpay webhook add https://shop.example/webhooks/noxpay
  noxpay webhook add https://shop.example/hook --event payment.success --event payment.late
  noxpay webhook add https://shop.example/hook --profile payment-gateway --secret-file old-secret";

#[derive(Serialize)]
struct Request {
    url: String,
    event_types: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Add {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let secret = self
            .secret_file
            .as_deref()
            .map(super::secret_of)
            .transpose()?;
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            url: self.endpoint,
            event_types: self.events,
            description: self.description,
            profile: self.profile,
            retry: self.retry,
            secret,
        };
        let answer = gateway
            .post("webhook-endpoints", &scope.query(), &request)
            .await?;
        let (endpoint, made) = (answer.read::<Endpoint>()?, answer.read::<Made>()?);
        terminal.line(format!("endpoint {} ({})", endpoint.id, endpoint.url));
        terminal.line(format!("secret   {}", made.secret));
        terminal.line("The secret is shown this once: keep it.");
        terminal.result(answer.raw())
    }
}
