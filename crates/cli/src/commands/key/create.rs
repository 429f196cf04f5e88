//! `noxpay key create`

use super::{Family, Issued, show_issued};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;

/// Give a merchant another key and print its secret, this once
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Create {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Which interface it is for
    #[arg(long, value_enum, default_value_t = Family::ClientId)]
    family: Family,
}

const HELP: &str = "\
Example:
  noxpay key create --merchant 'Corner Shop' --mode live --family api-key";

#[derive(Serialize)]
struct Request {
    family: Family,
}

impl Create {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            family: self.family,
        };
        let answer = gateway.post("keys", &scope.query(), &request).await?;
        show_issued(&[answer.read::<Issued>()?], terminal);
        terminal.result(answer.raw())
    }
}
