//! `noxpay account …`

mod add_upi;
mod channels;
mod dedication;
mod list;
pub(crate) mod prove;
mod show;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Receiving accounts.
#[derive(Subcommand)]
pub(crate) enum Account {
    AddUpi(Box<add_upi::AddUpi>),
    List(list::List),
    Show(show::Show),
    Prove(prove::Prove),
    TestChannels(channels::TestChannels),
    Channels(channels::Channels),
    RestoreDedication(dedication::RestoreDedication),
}

impl Account {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::AddUpi(command) => command.run(context, terminal).await,
            Self::List(command) => command.run(context, terminal).await,
            Self::Show(command) => command.run(context, terminal).await,
            Self::Prove(command) => command.run(context, terminal).await,
            Self::TestChannels(command) => command.run(context, terminal).await,
            Self::Channels(command) => command.run(context, terminal).await,
            Self::RestoreDedication(command) => command.run(context, terminal).await,
        }
    }
}
