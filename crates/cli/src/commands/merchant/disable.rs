//! `noxpay merchant disable`

use super::change::{Request, change};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;

/// Refuse everything that a merchant asks, within a second
///
/// Its intents go on being watched, so that money already on its way is not lost.
#[derive(Args)]
pub(crate) struct Disable {
    /// The merchant, by id or by name
    merchant: String,
}

impl Disable {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        change(context, terminal, &self.merchant, Request { active: false }).await
    }
}
