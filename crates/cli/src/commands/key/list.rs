//! `noxpay key list`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::Moment;
use clap::Args;
use serde::Deserialize;

/// Show a merchant's keys, without their secrets
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
}

#[derive(Deserialize)]
struct Answer {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    family: String,
    key_id: String,
    created_at: Moment,
    ends_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl Key {
    fn state(&self) -> String {
        match (self.revoked_at, self.ends_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) => format!("ends {at}"),
            (None, None) => "good".to_owned(),
        }
    }
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let answer = gateway.get("keys", &scope.query()).await?;
        let mut table = Table::new(
            ["KEY ID", "FAMILY", "CREATED", "STATE"],
            "no keys in this mode: noxpay key create",
        );
        for key in answer.read::<Answer>()?.keys {
            let state = key.state();
            table.row([key.key_id, key.family, key.created_at.to_string(), state]);
        }
        terminal.table(&table);
        terminal.result(answer.raw())
    }
}
