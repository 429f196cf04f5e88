//! `noxpay device …`

mod add;
mod bind;
mod limits;
mod list;
mod remove;
mod revoke;
mod trust_header;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Phones that forward SMS of banks and notifications of business apps.
#[derive(Subcommand)]
pub(crate) enum Device {
    Add(add::Add),
    List(list::List),
    Bind(bind::Bind),
    Limits(limits::SetLimits),
    TrustHeader(trust_header::TrustHeader),
    Remove(remove::Remove),
    Revoke(revoke::Revoke),
}

impl Device {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, terminal).await,
            Self::List(command) => command.run(context, terminal).await,
            Self::Bind(command) => command.run(context, terminal).await,
            Self::Limits(command) => command.run(context, terminal).await,
            Self::TrustHeader(command) => command.run(context, terminal).await,
            Self::Remove(command) => command.run(context, terminal).await,
            Self::Revoke(command) => command.run(context, terminal).await,
        }
    }
}
