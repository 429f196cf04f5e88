//! `noxpay demo …`: bank, payer and merchant, played on a development installation.

mod bank;
mod endpoint;
mod listener;
mod lmtp;
mod pay;
mod setup;
mod shop;
mod signature;
mod stages;

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::Scope;
use crate::terminal::Terminal;
use clap::Subcommand;
use domain::Mode;
use uuid::{Uuid, uuid};

/// Play bank, payer and merchant on a development installation.
#[derive(Subcommand)]
pub(crate) enum Demo {
    Setup(setup::Setup),
    Pay(pay::Pay),
}

impl Demo {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        if context.environment().is_production() {
            return Err(Failure::usage(
                "NOXPAY_ENV: the demo needs development; production does not know its merchant and its bank",
            ));
        }
        match self {
            Self::Setup(command) => command.run(context, terminal).await,
            Self::Pay(command) => command.run(context, terminal).await,
        }
    }
}

const MERCHANT: Uuid = uuid!("550e8400-e29b-41d4-a716-446655440000");

/// The demo merchant works in test mode only.
const SCOPE: Scope = Scope {
    merchant: MERCHANT,
    mode: Mode::Test,
};
