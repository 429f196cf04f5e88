//! `noxpay key revoke`

use super::KeyId;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;

/// End a key with all its secrets, everywhere within a second
#[derive(Args)]
pub(crate) struct Revoke {
    /// The client id, or key_…
    key: KeyId,
}

impl Revoke {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let path = format!("keys/{}", self.key.0);
        let answer = context.gateway()?.delete(&path, &[]).await?;
        terminal.line(format!("{} is revoked", self.key.0));
        terminal.result(answer.raw())
    }
}
