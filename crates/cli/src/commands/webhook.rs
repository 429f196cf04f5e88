//! `noxpay webhook …`

mod add;
mod deliveries;
mod disable;
mod list;
mod resend;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Webhook endpoints and what was sent to them.
#[derive(Subcommand)]
pub(crate) enum Webhook {
    Add(add::Add),
    List(list::List),
    Disable(disable::Disable),
    Deliveries(deliveries::Deliveries),
    Resend(resend::Resend),
}

impl Webhook {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, terminal).await,
            Self::List(command) => command.run(context, terminal).await,
            Self::Disable(command) => command.run(context, terminal).await,
            Self::Deliveries(command) => command.run(context, terminal).await,
            Self::Resend(command) => command.run(context, terminal).await,
        }
    }
}
