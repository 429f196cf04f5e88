//! `noxpay webhook …`

mod add;
mod contacts;
mod deliveries;
mod fields;
mod list;
mod resend;
mod resend_failed;
mod rotate_secret;
mod show;
mod show_delivery;
mod since;
mod state;
mod test;
mod update;
mod view;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;
use state::{One, Word};
use std::path::Path;

/// Webhook endpoints and what was sent to them.
#[derive(Subcommand)]
pub(crate) enum Webhook {
    Add(add::Add),
    List(list::List),
    Show(show::Show),
    Update(update::Update),
    /// Send to an endpoint again, from the next event on; what failed before: resend-failed
    Enable(One),
    /// Send nothing more to an endpoint; what waits is given up, and may be resent
    Disable(One),
    /// Take an endpoint away for good; what was sent stays listed
    Delete(One),
    RotateSecret(rotate_secret::RotateSecret),
    /// Say that the receiver has the new secret: headers of one signature change to it
    AcceptSecret(One),
    Test(test::Test),
    Deliveries(deliveries::Deliveries),
    ShowDelivery(show_delivery::ShowDelivery),
    Resend(resend::Resend),
    ResendFailed(resend_failed::ResendFailed),
    Contacts(contacts::Contacts),
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
            Self::Show(command) => command.run(context, terminal).await,
            Self::Update(command) => command.run(context, terminal).await,
            Self::Enable(one) => one.enter(Word::Enable, context, terminal).await,
            Self::Disable(one) => one.enter(Word::Disable, context, terminal).await,
            Self::Delete(one) => one.enter(Word::Delete, context, terminal).await,
            Self::RotateSecret(command) => command.run(context, terminal).await,
            Self::AcceptSecret(one) => one.enter(Word::AcceptSecret, context, terminal).await,
            Self::Test(command) => command.run(context, terminal).await,
            Self::Deliveries(command) => command.run(context, terminal).await,
            Self::ShowDelivery(command) => command.run(context, terminal).await,
            Self::Resend(command) => command.run(context, terminal).await,
            Self::ResendFailed(command) => command.run(context, terminal).await,
            Self::Contacts(command) => command.run(context, terminal).await,
        }
    }
}

/// A secret from a file: an argument would be seen in the list of processes.
fn secret_of(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))?;
    Ok(text.trim().to_owned())
}
