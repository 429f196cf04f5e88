//! `noxpay webhook list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Endpoints;
use clap::Args;

/// Show the endpoints, without their secrets
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
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
            ["ID", "URL", "EVENTS", "ACTIVE"],
            "no endpoints in this mode: noxpay webhook add",
        );
        for endpoint in answer.read::<Endpoints>()?.endpoints {
            let events = match endpoint.event_types.as_slice() {
                [] => "the usual ones".to_owned(),
                some => some.join(","),
            };
            table.row([
                endpoint.id.to_string(),
                endpoint.url,
                events,
                if endpoint.active { "yes" } else { "no" }.to_owned(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
