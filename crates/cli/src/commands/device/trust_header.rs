//! `noxpay device trust-header`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde_json::json;
use uuid::Uuid;

/// Say that SMS with a header are your bank's
///
/// From now on they are read by that bank's rules. Look into the phone first: whoever names a wrong header here lets a
/// stranger tell payments.
#[derive(Args)]
pub(crate) struct TrustHeader {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The phone: noxpay device list
    device: Uuid,
    /// As the phone shows it, such as VM-NEWBNK-S, or without what operators put around it
    #[arg(long)]
    header: String,
    /// Code of the bank, such as HDFC
    #[arg(long)]
    bank: String,
}

impl TrustHeader {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/trusted-headers", self.device);
        let request = json!({ "header": self.header, "bank": self.bank });
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        terminal.line(format!("{} is {}'s from now on", self.header, self.bank));
        terminal.result(answer.raw())
    }
}
