//! `noxpay webhook test`

use super::deliveries::Delivery;
use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::scope::{Scope, ScopeArgs};
use crate::terminal::Terminal;
use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Send webhook.test to an endpoint, or post at once and see what comes back
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Test {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
    /// A JSON object to send along; with --now the whole body
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Box<RawValue>>,
    /// Post at once, outside the queue, wait for the answer and print it
    #[arg(long)]
    now: bool,
}

const HELP: &str = "\
Examples:
  noxpay webhook test 01930000-0000-7000-8000-000000000007
  noxpay webhook test 01930000-0000-7000-8000-000000000007 --now --data '{\"event\":\"ping\"}'";

#[derive(Deserialize)]
struct Pinged {
    outcome: String,
    status_code: Option<u32>,
    response_body: String,
    duration_ms: u32,
    message: Option<String>,
}

fn object(text: &str) -> Result<Box<RawValue>, String> {
    let raw = RawValue::from_string(text.trim().to_owned())
        .map_err(|e| format!("it is not JSON: {e}"))?;
    if !raw.get().starts_with('{') {
        return Err("it must be a JSON object".to_owned());
    }
    Ok(raw)
}

/// `{}`, or one member as it was typed.
fn body(name: &str, data: Option<&RawValue>) -> Result<Box<RawValue>, Failure> {
    let text = match data {
        None => "{}".to_owned(),
        Some(data) => format!(r#"{{"{name}":{data}}}"#),
    };
    RawValue::from_string(text).map_err(Failure::failed)
}

impl Test {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        if self.now {
            return self.ping(&gateway, scope, terminal).await;
        }
        let path = format!("webhook-endpoints/{}/test", self.endpoint);
        let body = body("custom_data", self.data.as_deref())?;
        let answer = gateway.post(&path, &scope.query(), &body).await?;
        let delivery: Delivery = answer.read()?;
        terminal.line(format!(
            "{} goes to {}: noxpay webhook show-delivery {}",
            delivery.event_type, delivery.url, delivery.id
        ));
        terminal.result(answer.raw())
    }

    async fn ping(
        self,
        gateway: &Gateway,
        scope: Scope,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let path = format!("webhook-endpoints/{}/ping", self.endpoint);
        let body = body("body", self.data.as_deref())?;
        let answer = gateway.post(&path, &scope.query(), &body).await?;
        let pinged: Pinged = answer.read()?;
        let code = pinged
            .status_code
            .map(|c| format!(" {c}"))
            .unwrap_or_default();
        let told = format!("{}{code} in {} ms", pinged.outcome, pinged.duration_ms);
        terminal.line(&told);
        for text in [Some(pinged.response_body), pinged.message]
            .into_iter()
            .flatten()
        {
            text.lines()
                .for_each(|line| terminal.line(format!("  {line}")));
        }
        terminal.result(answer.raw())?;
        match pinged.outcome.as_str() {
            "delivered" => Ok(()),
            _ => Err(Failure::Told),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_along_stays_as_it_was_typed() {
        let data = object(r#" {"n": 1.50} "#).unwrap();
        let sent = body("custom_data", Some(&data)).unwrap();
        assert_eq!(sent.get(), r#"{"custom_data":{"n": 1.50}}"#);
        assert_eq!(body("body", None).unwrap().get(), "{}");
        assert!(object("[1]").is_err() && object("{").is_err());
    }
}
