//! `noxpay review …`

mod decide;
mod list;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;
use decide::{Decide, Match};

/// Money that waits for a person, and what a person decides about it.
#[derive(Subcommand)]
pub(crate) enum Review {
    List(list::List),
    Match(Match),
    /// Say that it is no sale, such as a transfer of your own
    #[command(after_help = decide::HELP)]
    Dismiss(Decide),
    /// Note that it is to be given back to the payer; no money moves here
    #[command(name = "refund-due", after_help = decide::HELP)]
    RefundDue(Decide),
    /// Put back to review what was dismissed or to be given back
    #[command(after_help = decide::HELP)]
    Restore(Decide),
}

impl Review {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, terminal).await,
            Self::Match(command) => command.run(context, terminal).await,
            Self::Dismiss(command) => command.run("dismiss", context, terminal).await,
            Self::RefundDue(command) => command.run("refund-due", context, terminal).await,
            Self::Restore(command) => command.run("restore", context, terminal).await,
        }
    }
}
