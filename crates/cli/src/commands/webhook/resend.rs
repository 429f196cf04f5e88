//! `noxpay webhook resend`

use super::deliveries::Delivery;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Send an event again, at once, under the same id
#[derive(Args)]
pub(crate) struct Resend {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The delivery: noxpay webhook deliveries
    delivery: Uuid,
}

impl Resend {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("webhook-deliveries/{}/resend", self.delivery);
        let nothing = serde_json::json!({});
        let answer = gateway.post(&path, &scope.query(), &nothing).await?;
        let delivery: Delivery = answer.read()?;
        terminal.line(format!(
            "{} goes to {} again: delivery {} is {}",
            delivery.event_type, delivery.url, delivery.id, delivery.state
        ));
        terminal.result(answer.raw())
    }
}
