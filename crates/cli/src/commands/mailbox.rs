//! `noxpay mailbox …`

mod add;
mod list;
mod log;
mod password;
mod pause;
mod remove;
mod resume;
mod rotate_token;
mod set_password;
pub(super) mod state;
mod test;
pub(super) mod token;
mod trust_results;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Mailboxes that receive bank alerts.
#[derive(Subcommand)]
pub(crate) enum Mailbox {
    Add(add::Add),
    Test(test::Test),
    List(list::List),
    Log(log::Log),
    TrustResults(trust_results::TrustResults),
    Pause(pause::Pause),
    Resume(resume::Resume),
    SetPassword(set_password::SetPassword),
    Remove(remove::Remove),
    RotateToken(rotate_token::RotateToken),
}

impl Mailbox {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, terminal).await,
            Self::Test(command) => command.run(context, terminal).await,
            Self::List(command) => command.run(context, terminal).await,
            Self::Log(command) => command.run(context, terminal).await,
            Self::TrustResults(command) => command.run(context, terminal).await,
            Self::Pause(command) => command.run(context, terminal).await,
            Self::Resume(command) => command.run(context, terminal).await,
            Self::SetPassword(command) => command.run(context, terminal).await,
            Self::Remove(command) => command.run(context, terminal).await,
            Self::RotateToken(command) => command.run(context, terminal).await,
        }
    }
}
