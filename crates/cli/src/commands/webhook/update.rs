//! `noxpay webhook update`

use super::fields::{Profile, Retry};
use super::view::Endpoint;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

/// Change an endpoint; what is not said stays
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Update {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
    #[command(flatten)]
    change: Change,
}

const HELP: &str = "\
Examples:
  noxpay webhook update 01930000-0000-7000-8000-000000000007 --to https://shop.example/new-hook
  noxpay webhook update 01930000-0000-7000-8000-000000000007 --event payment.success --retry 0,60,300";

#[derive(Args, Serialize)]
#[group(required = true, multiple = true)]
struct Change {
    /// Where to send from now on
    #[arg(long = "to", value_name = "ENDPOINT_URL")]
    #[serde(rename = "url", skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The event types to send, instead of those so far; may be given several times
    #[arg(long = "event", value_name = "TYPE", conflicts_with = "usual_events")]
    #[serde(rename = "event_types", skip_serializing_if = "Vec::is_empty")]
    events: Vec<String>,
    /// Send the usual event types
    #[arg(long)]
    #[serde(skip)]
    usual_events: bool,
    /// What it is for, in a line
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Which interface the receiver was written for
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
    /// When what failed is tried again: standard, noddpay, payment-gateway, or seconds before each attempt (0,60,300)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<Retry>,
}

impl Update {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let mut body = serde_json::to_value(&self.change).map_err(Failure::failed)?;
        if self.change.usual_events {
            body["event_types"] = serde_json::json!([]);
        }
        body["merchant_id"] = scope.merchant.to_string().into();
        body["mode"] = scope.mode.as_str().into();
        let path = format!("webhook-endpoints/{}", self.endpoint);
        let answer = gateway.patch(&path, &body).await?;
        answer.read::<Endpoint>()?.print(terminal);
        terminal.result(answer.raw())
    }
}
