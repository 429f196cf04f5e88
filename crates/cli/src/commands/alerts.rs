//! `noxpay alerts …`

mod check;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Bank alerts, without server and network.
#[derive(Subcommand)]
pub(crate) enum Alerts {
    Check(check::Check),
}

impl Alerts {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(context, terminal).await,
        }
    }
}
