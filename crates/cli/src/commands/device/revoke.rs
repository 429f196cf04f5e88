//! `noxpay device revoke`

use crate::commands::word;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// Take a phone's word for nothing, nor for what it said: it is lost, stolen, or somebody else's
///
/// Its token is dead at once. Money that nobody else told of settles nothing more, and orders that it settled are flagged
/// (payment.flagged) until you say that the money is there (noxpay intent approve) or never came (noxpay intent
/// reverse). A phone that only retires is removed: noxpay device remove. Works on one that was removed before.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Revoke {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The phone: noxpay device list
    device: Uuid,
    /// Why, for the record: 1 to 300 characters
    #[arg(long, value_parser = word::reason)]
    reason: String,
    /// What it said before is believed: a moment such as 2026-11-21T10:00:00Z [default: 30 days ago]
    #[arg(long, value_name = "MOMENT")]
    since: Option<Timestamp>,
}

const HELP: &str = "\
Example:
  noxpay device revoke 01930000-0000-7000-8000-000000000003 --reason 'stolen on the train' --since 2026-11-20T18:00:00Z";

impl Revoke {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/revoke", self.device);
        let request = json!({ "reason": self.reason, "since": self.since });
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let revoked: Mailbox = answer.read()?;
        let doubted = revoked
            .device
            .as_ref()
            .map_or(0, |d| d.recorded_observation_ids.len());
        let label = revoked.label();
        terminal.line(match doubted {
            0 => format!("{label} is revoked; it vouched for nothing in that time"),
            1 => format!("{label} is revoked, and the one payment that it vouched for is doubted"),
            n => {
                format!("{label} is revoked, and the {n} payments that it vouched for are doubted")
            }
        });
        if doubted > 0 {
            terminal.line(format!(
                "The orders that have this money: noxpay mailbox log --verdict recorded --mailbox {}",
                self.device
            ));
            terminal.line("Money that waits for you by that: noxpay review list");
        }
        terminal.result(answer.raw())
    }
}
