//! `noxpay device remove`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use clap::Args;
use serde_json::json;
use uuid::Uuid;

/// Take a phone's word for nothing more, for good
///
/// Its token is dead at once. What it vouched for stays, and what it did in the last 30 days is named. Of a phone that was lost or
/// stolen take that back as well: noxpay device revoke.
#[derive(Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The phone: noxpay device list
    device: Uuid,
}

impl Remove {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/state", self.device);
        let request = json!({ "state": "removed" });
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let removed: Mailbox = answer.read()?;
        terminal.line(format!("{} is {}", removed.label(), removed.state));
        let vouched = removed.device.map(|d| d.recorded_observation_ids);
        let vouched = vouched.unwrap_or_default();
        if !vouched.is_empty() {
            terminal.line("In the last 30 days it vouched for this evidence:");
            for observation in vouched {
                terminal.line(format!("  {observation}"));
            }
            terminal.line(format!(
                "The orders that have this money: noxpay mailbox log --verdict recorded --mailbox {}",
                self.device
            ));
        }
        terminal.result(answer.raw())
    }
}
