//! `noxpay mailbox pause`

use super::state::set;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Stop reading a mailbox until it is resumed
///
/// It stops counting as a witness, which is recorded: intents of its accounts do not expire while no other mailbox counts.
#[derive(Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
}

impl Pause {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        set(&gateway, scope, self.mailbox, "paused", terminal).await
    }
}
