//! What may be typed.

use crate::commands::account::Account;
use crate::commands::alerts::Alerts;
use crate::commands::audit::Audit;
use crate::commands::dead::Dead;
use crate::commands::demo::Demo;
use crate::commands::device::Device;
use crate::commands::doctor::Doctor;
use crate::commands::intent::Intent;
use crate::commands::key::Key;
use crate::commands::listen::Listen;
use crate::commands::mailbox::Mailbox;
use crate::commands::merchant::Merchant;
use crate::commands::migrate::Migrate;
use crate::commands::review::Review;
use crate::commands::rules::Rules;
use crate::commands::webhook::Webhook;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::{Parser, Subcommand};

/// Run a NoxPay installation
#[derive(Parser)]
#[command(name = "noxpay", version, after_help = HELP, propagate_version = true)]
pub(crate) struct Args {
    /// Print what the gateway answered, as JSON on one line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Where the gateway is, instead of `NOXPAY_PUBLIC_URL`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const HELP: &str = "\
Settings are environment variables: NOXPAY_ADMIN_KEY (or NOXPAY_ADMIN_KEY_FILE) and NOXPAY_PUBLIC_URL for the commands that
speak to the gateway; what else a command reads, its own --help says. After make up: . .local/env

Exit status: 0 done, 1 failed, 2 a wrong argument or setting.";

#[derive(Subcommand)]
pub(crate) enum Command {
    Migrate(Migrate),
    Doctor(Doctor),
    /// Create, list and disable merchants
    #[command(subcommand)]
    Merchant(Merchant),
    /// Make, rotate and revoke API keys
    #[command(subcommand)]
    Key(Key),
    /// Add, try and watch mailboxes that receive bank alerts
    #[command(subcommand)]
    Mailbox(Mailbox),
    /// Add phones that forward bank SMS, and say how far each is believed
    #[command(subcommand)]
    Device(Device),
    /// A merchant's own rules for reading mails of banks
    #[command(subcommand)]
    Rules(Rules),
    /// Register and prove receiving accounts
    #[command(subcommand)]
    Account(Account),
    /// Add and change endpoints, see what was sent, send it again
    #[command(subcommand)]
    Webhook(Webhook),
    Listen(Listen),
    /// See intents and the money behind them
    #[command(subcommand)]
    Intent(Intent),
    /// Decide about money that waits for a person
    #[command(subcommand)]
    Review(Review),
    Audit(Audit),
    /// See and replay messages that could not be handled
    #[command(subcommand)]
    Dead(Dead),
    /// Read bank alerts without server and network
    #[command(subcommand)]
    Alerts(Alerts),
    /// Play bank, payer and merchant on a development installation
    #[command(subcommand)]
    Demo(Demo),
}

impl Command {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Migrate(command) => command.run(context, terminal).await,
            Self::Doctor(command) => command.run(context, terminal).await,
            Self::Merchant(command) => command.run(context, terminal).await,
            Self::Key(command) => command.run(context, terminal).await,
            Self::Mailbox(command) => command.run(context, terminal).await,
            Self::Device(command) => command.run(context, terminal).await,
            Self::Rules(command) => command.run(context, terminal).await,
            Self::Account(command) => command.run(context, terminal).await,
            Self::Webhook(command) => command.run(context, terminal).await,
            Self::Listen(command) => command.run(context, terminal).await,
            Self::Intent(command) => command.run(context, terminal).await,
            Self::Review(command) => command.run(context, terminal).await,
            Self::Audit(command) => command.run(context, terminal).await,
            Self::Dead(command) => command.run(context, terminal).await,
            Self::Alerts(command) => command.run(context, terminal).await,
            Self::Demo(command) => command.run(context, terminal).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Args::command().debug_assert();
    }
}
