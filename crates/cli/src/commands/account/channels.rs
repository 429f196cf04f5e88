//! `noxpay account test-channels`, `noxpay account channels`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::{Amount, Moment};
use clap::Args;
use serde::Deserialize;
use uuid::Uuid;

/// Measure how fast an account's channels tell of a payment
///
/// Asks for about INR 1 and about INR 600, which you pay yourself within 30 minutes, from any app. What comes of it:
/// noxpay account channels.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct TestChannels {
    #[command(flatten)]
    account: AccountArgs,
}

/// Show which channels told of the test payments, how soon, and with what
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Channels {
    #[command(flatten)]
    account: AccountArgs,
}

#[derive(Args)]
struct AccountArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The account: noxpay account list
    account: Uuid,
}

const HELP: &str = "\
Examples:
  noxpay account test-channels 01930000-0000-7000-8000-000000000002
  noxpay account channels 01930000-0000-7000-8000-000000000002";

#[derive(Deserialize)]
struct Answer {
    alert_delay_s: Option<u32>,
    grace_s: u32,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    started_at: Moment,
    expires_at: Moment,
    payments: Vec<Payment>,
}

#[derive(Deserialize)]
struct Payment {
    amount: Amount,
    payment_uri: String,
    sightings: Vec<Sighting>,
}

#[derive(Deserialize)]
struct Sighting {
    source_id: Uuid,
    method: String,
    delay_ms: Option<i64>,
    after_first_ms: i64,
    time_precision: String,
    fields: Vec<String>,
}

impl TestChannels {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.account.scope.find(context, &gateway).await?;
        let path = format!("accounts/{}/test-channels", self.account.account);
        let nothing = serde_json::json!({});
        let answer = gateway.post(&path, &scope.query(), &nothing).await?;
        let test: Test = answer.read()?;
        terminal.line(format!("Pay both of these until {}:", test.expires_at));
        for payment in &test.payments {
            terminal.line("");
            terminal.line(format!("  exactly {}", payment.amount));
            terminal.line(format!("  {}", payment.payment_uri));
        }
        terminal.line("");
        let account = self.account.account;
        terminal.line(format!("Then: noxpay account channels {account}"));
        terminal.result(answer.raw())
    }
}

impl Channels {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.account.scope.find(context, &gateway).await?;
        let path = format!("accounts/{}/channels", self.account.account);
        let answer = gateway.get(&path, &scope.query()).await?;
        let channels: Answer = answer.read()?;
        terminal.line(match channels.alert_delay_s {
            Some(s) => format!("99 of 100 alerts came within {s} s"),
            None => "how late its alerts come has not been measured".to_owned(),
        });
        terminal.line(format!(
            "new intents wait {} s for an alert past their time",
            channels.grace_s
        ));
        terminal.line("");
        terminal.table(&table(&channels.tests));
        terminal.result(answer.raw())
    }
}

fn table(tests: &[Test]) -> Table {
    let mut table = Table::new(
        [
            "TEST",
            "AMOUNT",
            "SOURCE",
            "BY",
            "AFTER",
            "BEHIND THE FIRST",
            "TIME",
            "WITH",
        ],
        "no test was made: noxpay account test-channels",
    );
    for test in tests {
        for payment in &test.payments {
            let head = |source: String| {
                let amount = payment.amount.digits().to_owned();
                [test.started_at.to_string(), amount, source]
            };
            if payment.sightings.is_empty() {
                let [at, amount, source] = head("not seen".to_owned());
                let no = String::new;
                table.row([at, amount, source, no(), no(), no(), no(), no()]);
            }
            for sighting in &payment.sightings {
                let [at, amount, source] = head(sighting.source_id.to_string());
                table.row([
                    at,
                    amount,
                    source,
                    sighting.method.clone(),
                    sighting.delay_ms.map(milliseconds).unwrap_or_default(),
                    milliseconds(sighting.after_first_ms),
                    sighting.time_precision.clone(),
                    sighting.fields.join(" "),
                ]);
            }
        }
    }
    table
}

fn milliseconds(ms: i64) -> String {
    format!("{ms} ms")
}
