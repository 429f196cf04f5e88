//! `noxpay intent …`

mod cancel;
mod list;
mod show;
mod unmatched;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;

/// Intents and the money that was seen for them.
#[derive(Subcommand)]
pub(crate) enum Intent {
    List(list::List),
    Show(show::Show),
    Cancel(cancel::Cancel),
    Unmatched(unmatched::Unmatched),
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
        }
    }
}

/// An intent's id or the merchant's order id: what may stand in a path.
#[derive(Clone, Debug)]
struct IntentKey(String);

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
