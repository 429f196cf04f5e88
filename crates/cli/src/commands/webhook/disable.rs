//! `noxpay webhook disable`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Endpoint;
use clap::Args;
use uuid::Uuid;

/// Send nothing more to an endpoint; what was sent stays listed
#[derive(Args)]
pub(crate) struct Disable {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
}

impl Disable {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("webhook-endpoints/{}", self.endpoint);
        let answer = gateway.delete(&path, &scope.query()).await?;
        let endpoint: Endpoint = answer.read()?;
        terminal.line(format!("{} is disabled", endpoint.url));
        terminal.result(answer.raw())
    }
}
