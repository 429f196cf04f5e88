//! `noxpay mailbox resume`

use super::state::set;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Read a mailbox again
///
/// Also after its server refused the password three times.
#[derive(Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
}

impl Resume {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        set(&gateway, scope, self.mailbox, "active", terminal).await
    }
}
