//! `noxpay demo pay`

use super::bank::{ADDRESS, Bank, Payment};
use super::endpoint;
use super::installation_clock;
use super::listener::{Listener, Received};
use super::shop::{Intent, Shop, read_uri};
use super::stages::Stages;
use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::settings::DemoSettings;
use crate::signature;
use crate::terminal::Terminal;
use clap::Args;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// All stages together; what is left of 30 s is for starting and tidying up.
const PATIENCE: Duration = Duration::from_secs(25);

/// Pay one intent for real, a line per stage
///
/// Creates an intent over REST, delivers the demo bank's signed alert into the mailbox, receives the webhook on a listener
/// of its own, and verifies its signatures. The exit status is 0 only if the whole chain worked.
#[derive(Args)]
pub(crate) struct Pay {}

impl Pay {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let settings = context.settings(DemoSettings::read)?;
        let gateway = context.gateway()?;
        let bank = Bank::open(&settings)?;
        let deadline = Instant::now() + PATIENCE;
        endpoint::tidy(&gateway).await?;
        let mut stages = Stages::begin();
        let mut listener = Listener::start().await.map_err(Failure::failed)?;
        let endpoint = endpoint::add(&gateway, listener.address).await?;
        let text = format!("listening at {}", endpoint.url);
        stages.reached("endpoint", text, terminal);
        let chain = Chain {
            shop: Shop::new(&gateway),
            gateway: &gateway,
            bank: &bank,
            deadline,
        };
        let worked = chain.run(&mut listener, &mut stages, terminal).await;
        let disabled = endpoint::disable(&gateway, endpoint.id).await;
        worked?;
        disabled?;
        let times = stages.total(terminal);
        terminal.result(&times)
    }
}

struct Chain<'a> {
    shop: Shop<'a>,
    gateway: &'a Gateway,
    bank: &'a Bank,
    deadline: Instant,
}

impl Chain<'_> {
    async fn run(
        &self,
        listener: &mut Listener,
        stages: &mut Stages,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let intent = self.shop.create().await?;
        let asked = read_uri(&intent.payment_uri)?;
        stages.reached(
            "intent",
            format!(
                "{} asks {} to {}, note {}",
                intent.order_id, asked.amount, asked.payee, asked.note
            ),
            terminal,
        );

        let clock = installation_clock(intent.created_at);
        let payment = Payment::new(asked.amount, Some(asked.note), clock.now())?;
        self.bank.deliver(&self.bank.alert(&payment)?).await?;
        stages.reached(
            "alert",
            format!("signed, UTR {}, delivered to {ADDRESS}", payment.utr),
            terminal,
        );

        let received = self.webhook(listener, &intent).await?;
        stages.reached(
            "webhook",
            format!("payment.success, {} bytes", received.body.len()),
            terminal,
        );

        signature::verify(
            &received.headers,
            &received.body,
            endpoint::SECRET,
            clock.now(),
        )
        .map_err(|why| Failure::failed(format!("the webhook is not to be believed: {why}")))?;
        says_paid(&received, &payment)?;
        stages.reached(
            "signature",
            "X-NoxPay-Signature and webhook-signature are genuine".to_owned(),
            terminal,
        );

        let settled = self.shop.get(&intent.order_id).await?;
        if settled.status != "settled" || settled.utr.as_deref() != Some(&payment.utr) {
            return Err(Failure::failed(format!(
                "the webhook says paid, but the intent is {} with UTR {}",
                settled.status,
                settled.utr.as_deref().unwrap_or("none")
            )));
        }
        let text = format!("noxpay intent show {} tells why", intent.order_id);
        stages.reached("settled", text, terminal);
        Ok(())
    }

    /// The webhook about our intent; others are none of the demo's business.
    async fn webhook(&self, listener: &mut Listener, intent: &Intent) -> Result<Received, Failure> {
        loop {
            match timeout_at(self.deadline, listener.next()).await {
                Ok(Some(received)) if is_about(&received, intent) => return Ok(received),
                Ok(Some(_)) => {}
                Ok(None) => return Err(Failure::failed("the listener ended")),
                Err(_) => return Err(self.missing(intent).await),
            }
        }
    }

    /// How far it came, when the webhook did not.
    async fn missing(&self, intent: &Intent) -> Failure {
        let stands = match self.shop.get(&intent.order_id).await {
            Ok(now) if now.status == "settled" => {
                "the intent is settled, so the webhook is late: make logs, webhook-dispatcher"
                    .to_owned()
            }
            Ok(now) => format!(
                "the intent is still {}, so its alert was not read or not believed: make logs, imap-verifier and intent-service",
                now.status
            ),
            Err(failure) => failure.to_string(),
        };
        Failure::failed(format!(
            "no webhook within {} s from {}; {stands}",
            PATIENCE.as_secs(),
            self.gateway.url()
        ))
    }
}

#[derive(Deserialize)]
struct Told {
    event: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    order_id: String,
    status: String,
    utr: Option<String>,
}

fn is_about(received: &Received, intent: &Intent) -> bool {
    serde_json::from_slice::<Told>(&received.body)
        .is_ok_and(|told| told.event == "payment.success" && told.data.order_id == intent.order_id)
}

fn says_paid(received: &Received, payment: &Payment) -> Result<(), Failure> {
    let told: Told = serde_json::from_slice(&received.body).map_err(Failure::failed)?;
    if told.data.status == "settled" && told.data.utr.as_deref() == Some(&payment.utr) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "the webhook says {} with UTR {}",
        told.data.status,
        told.data.utr.as_deref().unwrap_or("none")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Money;
    use jiff::Timestamp;

    fn received(body: &str) -> Received {
        Received {
            headers: signature::Signed::default(),
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn a_webhook_about_another_order_is_not_taken_for_ours() {
        let intent = Intent {
            order_id: "DEMO-1".to_owned(),
            status: "pending".to_owned(),
            payment_uri: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
            utr: None,
        };
        let told = |event: &str, order: &str| {
            received(&format!(
                r#"{{"event":"{event}","data":{{"order_id":"{order}","status":"settled","utr":"1"}}}}"#
            ))
        };
        assert!(is_about(&told("payment.success", "DEMO-1"), &intent));
        assert!(!is_about(&told("payment.success", "DEMO-2"), &intent));
        assert!(!is_about(&told("payment.flagged", "DEMO-1"), &intent));
        assert!(!is_about(&received("{}"), &intent));
    }

    #[test]
    fn another_utr_than_the_paid_one_is_a_failure() {
        let payment = Payment {
            amount: Money::inr(1),
            note: None,
            utr: "512345678901".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let told = |utr: &str| {
            received(&format!(
                r#"{{"event":"payment.success","data":{{"order_id":"x","status":"settled","utr":"{utr}"}}}}"#
            ))
        };
        assert!(says_paid(&told("512345678901"), &payment).is_ok());
        assert!(says_paid(&told("512345678902"), &payment).is_err());
    }
}
