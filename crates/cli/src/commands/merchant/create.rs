//! `noxpay merchant create`

use crate::commands::key::{Issued, show_issued};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ModeArg;
use crate::terminal::Terminal;
use crate::views::Merchant;
use clap::Args;
use domain::Mode;
use serde::{Deserialize, Serialize};

/// Create a merchant and print its credentials, this once
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Create {
    /// What people call it: 3 to 100 letters, digits, spaces, - _ .
    #[arg(long)]
    name: String,
    /// The modes that it gets credentials in; both, unless said
    #[arg(long = "mode", value_enum)]
    modes: Vec<ModeArg>,
    /// Requests per minute and credential, instead of the gateway's setting
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,
}

const HELP: &str = "\
Examples:
  noxpay merchant create --name 'Corner Shop'
  noxpay merchant create --name 'Corner Shop' --mode test --json";

#[derive(Serialize)]
struct Request {
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modes: Vec<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit_rpm: Option<u32>,
}

#[derive(Deserialize)]
struct Answer {
    merchant: Merchant,
    credentials: Vec<Issued>,
}

impl Create {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let request = Request {
            name: self.name,
            modes: self.modes.into_iter().map(Into::into).collect(),
            rate_limit_rpm: self.rate_limit,
        };
        let answer = gateway.post("merchants", &[], &request).await?;
        let made: Answer = answer.read()?;
        terminal.line(format!(
            "merchant {} ({})",
            made.merchant.id, made.merchant.name
        ));
        show_issued(&made.credentials, terminal);
        terminal.result(answer.raw())
    }
}
