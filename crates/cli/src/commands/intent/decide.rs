//! `noxpay intent approve|reject|refund-due|reverse`

use super::IntentKey;
use crate::commands::word::WordArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views;
use clap::Args;

pub(super) const HELP: &str = "\
Examples:
  noxpay intent approve ORDER-1017 --reason 'a day late is fine' --accept late
  noxpay intent reject ORDER-1018 --reason 'out of stock'
  noxpay intent reverse ORDER-1019 --reason 'the bank confirmed it on the phone'
  noxpay intent approve ORDER-1020 --reason 'it is on the statement' --accept source_revoked";

/// About one intent.
#[derive(Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The intent's id or the merchant's order id
    intent: IntentKey,
    #[command(flatten)]
    word: WordArgs,
}

impl Decide {
    pub(crate) async fn run(
        self,
        word: &'static str,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("intents/{}/{word}", self.intent.as_str());
        let request = self.word.request(None);
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let intent: views::Intent = answer.read()?;
        terminal.line(format!("{} is {}", intent.order_id, intent.status));
        terminal.result(answer.raw())
    }
}
