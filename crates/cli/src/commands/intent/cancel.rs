//! `noxpay intent cancel`

use super::IntentKey;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views;
use clap::Args;
use serde::Serialize;

/// Cancel an intent that is not settled
///
/// Money that comes all the same is seen, and put to review.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Cancel {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The intent's id or the merchant's order id
    intent: IntentKey,
    /// Why, for the record
    #[arg(long, default_value = "cancelled by the operator")]
    reason: String,
}

const HELP: &str = "\
Example:
  noxpay intent cancel ORDER-1017 --reason 'ordered twice'";

#[derive(Serialize)]
struct Request {
    reason: String,
}

impl Cancel {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("intents/{}", self.intent.0);
        let found: views::Explanation = gateway.get(&path, &scope.query()).await?.read()?;
        let path = format!("intents/{}/cancel", found.intent.id);
        let request = Request {
            reason: self.reason,
        };
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let intent: views::Intent = answer.read()?;
        terminal.line(format!("{} is {}", intent.order_id, intent.status));
        terminal.result(answer.raw())
    }
}
