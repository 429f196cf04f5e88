//! `noxpay webhook show`

use super::view::Endpoint;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Show everything about an endpoint but its secret
#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
}

impl Show {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("webhook-endpoints/{}", self.endpoint);
        let answer = gateway.get(&path, &scope.query()).await?;
        answer.read::<Endpoint>()?.print(terminal);
        terminal.result(answer.raw())
    }
}
