//! `noxpay merchant …`

mod change;
mod create;
mod disable;
mod enable;
mod list;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Merchants.
#[derive(Subcommand)]
pub(crate) enum Merchant {
    Create(create::Create),
    List(list::List),
    Disable(disable::Disable),
    Enable(enable::Enable),
}

impl Merchant {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(context, terminal).await,
            Self::List(command) => command.run(context, terminal).await,
            Self::Disable(command) => command.run(context, terminal).await,
            Self::Enable(command) => command.run(context, terminal).await,
        }
    }
}
