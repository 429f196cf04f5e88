//! `noxpay merchant enable`

use super::change::{Request, change};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;

/// Let a disabled merchant work again
#[derive(Args)]
pub(crate) struct Enable {
    /// The merchant, by id or by name
    merchant: String,
}

impl Enable {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        change(context, terminal, &self.merchant, Request { active: true }).await
    }
}
