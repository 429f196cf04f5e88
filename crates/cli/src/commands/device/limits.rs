//! `noxpay device limits`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use domain::{Currency, Money};
use serde_json::json;
use uuid::Uuid;

/// Set how much a phone may vouch for
///
/// What goes beyond is shown and settles nothing. A new phone has 2000 rupees a payment and 25000 in 24 hours.
#[derive(Args)]
pub(crate) struct SetLimits {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The phone: noxpay device list
    device: Uuid,
    /// In rupees, for one payment
    #[arg(long, value_name = "RUPEES", value_parser = rupees)]
    per_payment: i64,
    /// In rupees, in 24 hours
    #[arg(long, value_name = "RUPEES", value_parser = rupees)]
    per_day: i64,
}

/// As paise.
fn rupees(text: &str) -> Result<i64, String> {
    let money = Money::parse_json_number(text.trim(), Currency::Inr);
    money.map(|m| m.minor()).map_err(|e| e.to_string())
}

impl SetLimits {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/limits", self.device);
        let request = json!({ "per_payment": self.per_payment, "per_day": self.per_day });
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let inr = |minor| Money::inr(minor).to_decimal();
        terminal.line(format!(
            "it vouches for at most INR {} a payment and INR {} in 24 hours",
            inr(self.per_payment),
            inr(self.per_day)
        ));
        terminal.result(answer.raw())
    }
}
