//! `noxpay mailbox rotate-token`

use super::token::{Pushing, show};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

/// Give what pushes another token and print it, this once
///
/// The old token is dead at once.
#[derive(Args)]
pub(crate) struct RotateToken {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The source: noxpay mailbox list
    mailbox: Uuid,
}

impl RotateToken {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/rotate-token", self.mailbox);
        let nothing = serde_json::json!({});
        let answer = gateway.post(&path, &scope.query(), &nothing).await?;
        show(&answer.read::<Pushing>()?, gateway.url(), terminal);
        terminal.result(answer.raw())
    }
}
