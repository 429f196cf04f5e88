//! `noxpay webhook contacts`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Deserialize;
use serde_json::json;

/// Show, add and remove addresses that are written to when an endpoint is in trouble
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Contacts {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Write to this address as well
    #[arg(long, value_name = "ADDRESS", conflicts_with = "remove")]
    add: Option<String>,
    /// Write to this address no more
    #[arg(long, value_name = "ADDRESS")]
    remove: Option<String>,
}

const HELP: &str = "\
Example:
  noxpay webhook contacts --add ops@shop.example";

#[derive(Deserialize)]
struct Answer {
    contacts: Vec<String>,
}

impl Contacts {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        const PATH: &str = "webhook-contacts";
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = match (self.add, self.remove) {
            (Some(address), _) => {
                let body = json!({ "address": address });
                gateway.post(PATH, &scope.query(), &body).await?
            }
            (None, Some(address)) => {
                let query = scope.query_with([("address", Some(address))]);
                gateway.delete(PATH, &query).await?
            }
            (None, None) => gateway.get(PATH, &scope.query()).await?,
        };
        let known: Answer = answer.read()?;
        if known.contacts.is_empty() {
            terminal.line("nobody is written to: noxpay webhook contacts --add ADDRESS");
        }
        for address in known.contacts {
            terminal.line(address);
        }
        terminal.result(answer.raw())
    }
}
