//! `noxpay mailbox remove`

use super::state::set;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Stop reading a mailbox for good
///
/// What was read in it stays.
#[derive(Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
}

impl Remove {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        set(&gateway, scope, self.mailbox, "removed", terminal).await
    }
}
