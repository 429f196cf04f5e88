//! `noxpay dead …`

mod list;
mod replay;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::{Subcommand, ValueEnum};

/// Messages that could never be handled.
#[derive(Subcommand)]
pub(crate) enum Dead {
    List(list::List),
    Replay(replay::Replay),
}

impl Dead {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, terminal).await,
            Self::Replay(command) => command.run(context, terminal).await,
        }
    }
}

/// A service that consumes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    #[value(name = "intent-service")]
    Intents,
    #[value(name = "imap-verifier")]
    Mail,
    #[value(name = "webhook-dispatcher")]
    Webhooks,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Intents, Self::Mail, Self::Webhooks];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Intents => "intent-service",
            Self::Mail => "imap-verifier",
            Self::Webhooks => "webhook-dispatcher",
        }
    }
}
