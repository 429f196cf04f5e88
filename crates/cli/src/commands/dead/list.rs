//! `noxpay dead list`

use super::Service;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::{Table, Terminal};
use crate::views::Moment;
use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Show messages that could never be handled, and why
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct List {
    /// Only of this service; of all, unless said
    #[arg(long, value_enum)]
    service: Option<Service>,
    /// How many of each, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

const HELP: &str = "\
Example:
  noxpay dead list --service intent-service --json";

#[derive(Deserialize)]
struct Answer {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    event_type: String,
    reason: String,
    died_at: Option<Moment>,
}

impl List {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let mut table = Table::new(
            ["SERVICE", "ID", "EVENT", "DIED", "REASON"],
            "no dead messages",
        );
        let mut answers: BTreeMap<&str, Box<RawValue>> = BTreeMap::new();
        let asked = self.service.map_or(Service::ALL.to_vec(), |s| vec![s]);
        for service in asked {
            let query = [
                ("service", service.name().to_owned()),
                ("limit", self.limit.to_string()),
            ];
            let answer = gateway.get("dead", &query).await?;
            for message in answer.read::<Answer>()?.messages {
                table.row([
                    service.name().to_owned(),
                    message.id,
                    message.event_type,
                    message.died_at.map(|m| m.to_string()).unwrap_or_default(),
                    message.reason,
                ]);
            }
            answers.insert(service.name(), answer.raw().to_owned());
        }
        terminal.table(&table);
        terminal.result(&answers)
    }
}
