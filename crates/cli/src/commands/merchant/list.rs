//! `noxpay merchant list`

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::{Table, Terminal};
use crate::views::Merchants;
use clap::Args;

/// Show every merchant
#[derive(Args)]
pub(crate) struct List {}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let answer = context.gateway()?.get("merchants", &[]).await?;
        let mut table = Table::new(
            ["ID", "NAME", "ACTIVE", "CREATED"],
            "no merchants yet: noxpay merchant create --name …",
        );
        for merchant in answer.read::<Merchants>()?.merchants {
            table.row([
                merchant.id.to_string(),
                merchant.name,
                if merchant.active { "yes" } else { "no" }.to_owned(),
                merchant.created_at.to_string(),
            ]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
