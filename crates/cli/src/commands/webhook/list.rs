//! `noxpay webhook list`

use super::view::Endpoint;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use clap::Args;
use serde::Deserialize;

/// Show the endpoints, without their secrets
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
}

#[derive(Deserialize)]
struct Answer {
    endpoints: Vec<Endpoint>,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway.get("webhook-endpoints", &scope.query()).await?;
        let mut table = Table::new(
            ["ID", "URL", "EVENTS", "PROFILE", "STATE", "WAITING"],
            "no endpoints in this mode: noxpay webhook add",
        );
        for endpoint in answer.read::<Answer>()?.endpoints {
            let (events, state) = (endpoint.events(), endpoint.state_words());
            table.row([
                endpoint.id.to_string(),
                endpoint.url,
                events,
                endpoint.profile,
                state,
                endpoint.waiting.to_string(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
