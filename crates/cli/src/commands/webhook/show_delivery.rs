//! `noxpay webhook show-delivery`

use super::deliveries::Delivery;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Show a delivery in full: body, headers, and what every attempt was answered
#[derive(Args)]
pub(crate) struct ShowDelivery {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The delivery: noxpay webhook deliveries
    delivery: Uuid,
}

impl ShowDelivery {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("webhook-deliveries/{}", self.delivery);
        let answer = gateway.get(&path, &scope.query()).await?;
        show(&answer.read()?, terminal);
        terminal.result(answer.raw())
    }
}

fn show(delivery: &Delivery, terminal: &mut Terminal) {
    terminal.line(format!("{} of {}", delivery.event_type, delivery.object_id));
    terminal.line(format!("event  {}", delivery.event_id));
    terminal.line(format!("to     {}", delivery.url));
    terminal.line(format!("state  {}", delivery.state_words()));
    if let Some(next) = delivery.next_attempt_at {
        terminal.line(format!("next   {next}"));
    }
    terminal.line("");
    for (name, value) in delivery.request_headers.iter().flatten() {
        terminal.line(format!("{name}: {value}"));
    }
    if let Some(body) = &delivery.body {
        terminal.line(body.get());
    }
    for attempt in &delivery.attempts {
        terminal.line("");
        terminal.line(attempt.words());
        for (name, value) in &attempt.response_headers {
            terminal.line(format!("  {name}: {value}"));
        }
        for line in attempt
            .response_excerpt
            .iter()
            .flat_map(|text| text.lines())
        {
            terminal.line(format!("  {line}"));
        }
    }
}
