//! `noxpay device list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Mailboxes;
use clap::Args;
use domain::Money;

/// Show the phones, when each was heard of, and how far each is believed
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway.get("mailboxes", &scope.query()).await?;
        let mut table = Table::new(
            [
                "ID",
                "NAME",
                "STATE",
                "HEARD OF UP TO",
                "A PAYMENT",
                "A DAY",
                "TRUSTED HEADERS",
            ],
            "no phones in this mode: noxpay device add",
        );
        for phone in answer.read::<Mailboxes>()?.mailboxes {
            let Some(device) = &phone.device else {
                continue;
            };
            let inr = |minor| format!("INR {}", Money::inr(minor).to_decimal());
            let trusted: Vec<String> = device
                .trusted_headers
                .iter()
                .map(|t| format!("{} ({})", t.header, t.bank))
                .collect();
            table.row([
                phone.id.to_string(),
                phone.label().to_owned(),
                match phone.blind {
                    true => "blind".to_owned(),
                    false => phone.state.clone(),
                },
                phone.watermark.map(|m| m.to_string()).unwrap_or_default(),
                inr(device.per_payment),
                inr(device.per_day),
                trusted.join(", "),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
