//! `noxpay intent …`

mod cancel;
mod decide;
mod list;
mod show;
mod unmatched;

pub(crate) use show::tell_evidence;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;
use decide::Decide;

/// Intents and the money that was seen for them.
#[derive(Subcommand)]
pub(crate) enum Intent {
    List(list::List),
    Show(show::Show),
    Cancel(cancel::Cancel),
    Unmatched(unmatched::Unmatched),
    /// Settle an intent in review with what is there, late or short
    #[command(after_help = decide::HELP)]
    Approve(Decide),
    /// Let an intent in review fail
    #[command(after_help = decide::HELP)]
    Reject(Decide),
    /// Let an intent in review fail, and note its money as to be given back
    #[command(name = "refund-due", after_help = decide::HELP)]
    RefundDue(Decide),
    /// Confirm that the bank took the money of a settled intent back
    #[command(after_help = decide::HELP)]
    Reverse(Decide),
}

impl Intent {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, terminal).await,
            Self::Show(command) => command.run(context, terminal).await,
            Self::Cancel(command) => command.run(context, terminal).await,
            Self::Unmatched(command) => command.run(context, terminal).await,
            Self::Approve(command) => command.run("approve", context, terminal).await,
            Self::Reject(command) => command.run("reject", context, terminal).await,
            Self::RefundDue(command) => command.run("refund-due", context, terminal).await,
            Self::Reverse(command) => command.run("reverse", context, terminal).await,
        }
    }
}

/// An intent's id or the merchant's order id: what may stand in a path.
#[derive(Clone, Debug)]
pub(crate) struct IntentKey(String);

impl IntentKey {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for IntentKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if (1..=64).contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it must be an intent's id or an order id")
        }
    }
}
