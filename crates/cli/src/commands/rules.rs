//! `noxpay rules …`

mod add;
mod check;
mod fields;
mod list;
mod remove;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// A merchant's own rules for reading mails of banks.
#[derive(Subcommand)]
pub(crate) enum Rules {
    List(list::List),
    Check(check::Check),
    Add(add::Add),
    Remove(remove::Remove),
}

impl Rules {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, terminal).await,
            Self::Check(command) => command.run(context, terminal).await,
            Self::Add(command) => command.run(context, terminal).await,
            Self::Remove(command) => command.run(context, terminal).await,
        }
    }
}
