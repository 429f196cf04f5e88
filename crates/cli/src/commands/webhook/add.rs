//! `noxpay webhook add`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Endpoint;
use clap::Args;
use serde::{Deserialize, Serialize};

/// Add an endpoint that is told of payments, and print its secret, this once
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Where to send: https, an ordinary port, an address that everybody can reach
    #[arg(value_name = "ENDPOINT_URL")]
    endpoint: String,
    /// An event type to send, such as payment.success; may be given several times. The usual ones, unless said
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<String>,
}

const HELP: &str = "\
Examples:
  noxpay webhook add https://shop.example/webhooks/noxpay
  noxpay webhook add https://shop.example/hook --event payment.success --event payment.late";

#[derive(Serialize)]
struct Request {
    url: String,
    event_types: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    secret: String,
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
            url: self.endpoint,
            event_types: self.events,
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
