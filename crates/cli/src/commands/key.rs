//! `noxpay key …`

mod create;
mod list;
mod revoke;
mod rotate;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::{Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// API keys of a merchant.
#[derive(Subcommand)]
pub(crate) enum Key {
    List(list::List),
    Create(create::Create),
    Rotate(rotate::Rotate),
    Revoke(revoke::Revoke),
}

impl Key {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, terminal).await,
            Self::Create(command) => command.run(context, terminal).await,
            Self::Rotate(command) => command.run(context, terminal).await,
            Self::Revoke(command) => command.run(context, terminal).await,
        }
    }
}

/// Which interface a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Family {
    /// X-Client-ID and X-Client-Secret: the NoxPay interface
    ClientId,
    /// X-Api-Key and X-Api-Secret: the payment-gateway interface
    ApiKey,
    /// Authorization: Bearer, one token
    Bearer,
}

/// A credential with its secret.
#[derive(Deserialize)]
pub(crate) struct Issued {
    family: String,
    mode: String,
    key_id: String,
    secret: String,
}

/// Prints secrets, which nobody can show again.
pub(crate) fn show_issued(issued: &[Issued], terminal: &mut Terminal) {
    for credential in issued {
        terminal.line("");
        terminal.line(format!("{} mode", credential.mode));
        if credential.family == "bearer" {
            terminal.line(format!("  Authorization: Bearer {}", credential.secret));
            terminal.line(format!("  key id: {}", credential.key_id));
            continue;
        }
        let (id, secret) = match credential.family.as_str() {
            "api_key" => ("X-Api-Key", "X-Api-Secret"),
            _ => ("X-Client-ID", "X-Client-Secret"),
        };
        terminal.line(format!("  {id}: {}", credential.key_id));
        terminal.line(format!("  {secret}: {}", credential.secret));
    }
    if !issued.is_empty() {
        terminal.line("");
        terminal.line("Secrets are shown this once: keep them.");
    }
}

/// A client id (UUID), `key_…` or `bearer_…`: what may stand in a path.
#[derive(Clone, Debug)]
struct KeyId(String);

impl std::str::FromStr for KeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if (1..=100).contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it must be a client id (UUID), key_… or bearer_…")
        }
    }
}
