//! `noxpay demo setup`

use super::bank::{ACCOUNT_TAIL, ADDRESS, BANK, Bank, Payment};
use super::{SCOPE, installation_clock};
use crate::commands::account::prove;
use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::settings::DemoSettings;
use crate::terminal::Terminal;
use crate::views::{Account, Accounts, Mailbox, Mailboxes, Proof};
use clap::Args;
use domain::{Currency, Money};
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Where the demo merchant is paid.
const VPA: &str = "demo-shop@examplebank";
const PAYEE: &str = "Demo Shop";
/// A new mailbox is noticed, connected to and read for the first time.
const MAILBOX_PATIENCE: Duration = Duration::from_secs(60);
/// Mail to webhook takes a second; a busy machine takes longer.
const PROOF_PATIENCE: Duration = Duration::from_secs(60);
/// How long a proving payment's amount is held.
const HOLD: SignedDuration = SignedDuration::from_mins(30);
const LOOK: Duration = Duration::from_millis(500);

/// Create the demo merchant with a proved account, as far as they are not there yet
///
/// Makes the merchant with its published credentials, a mailbox, and a dedicated account; then pays the account's proving
/// payment, as the demo bank, by a signed alert into the mailbox. Run again, it changes nothing.
#[derive(Args)]
pub(crate) struct Setup {}

impl Setup {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let settings = context.settings(DemoSettings::read)?;
        let gateway = context.gateway()?;
        let bank = Bank::open(&settings)?;
        gateway.post("demo", &[], &json!({})).await?;
        terminal.line("merchant  demo merchant, in test mode");
        let (mailbox, is_new) = mailbox(&gateway, &settings).await?;
        terminal.line(format!("mailbox   {ADDRESS} is read"));
        let account = account(&gateway, mailbox, is_new).await?;
        if account.status != "live" {
            let amount = prove(&gateway, &bank, account.id).await?;
            terminal.line(format!("proof     {amount} paid and seen"));
        }
        terminal.line(format!("account   {VPA} is live"));
        terminal.result(&json!({
            "merchant_id": SCOPE.merchant,
            "mailbox_id": mailbox,
            "account_id": account.id,
        }))
    }
}

/// The mailbox's id once it is read, and whether it was added just now.
async fn mailbox(gateway: &Gateway, settings: &DemoSettings) -> Result<(Uuid, bool), Failure> {
    let known = known_mailbox(gateway, settings).await?;
    let is_new = known.is_none();
    let id = match known {
        Some(mailbox) => {
            if mailbox.state != "active" {
                let path = format!("mailboxes/{}/state", mailbox.id);
                let resume = json!({ "state": "active" });
                gateway.post(&path, &SCOPE.query(), &resume).await?;
            }
            mailbox.id
        }
        None => {
            let request = json!({
                "host": settings.imap.host,
                "port": settings.imap.port,
                "username": ADDRESS,
                "password": settings.mailbox_password.expose_secret(),
            });
            let added = gateway.post("mailboxes", &SCOPE.query(), &request).await?;
            added.read::<Mailbox>()?.id
        }
    };
    let begun = Instant::now();
    loop {
        let mailbox = mailboxes(gateway).await?.into_iter().find(|m| m.id == id);
        let mailbox = mailbox.ok_or_else(|| Failure::failed("the demo mailbox is gone"))?;
        if mailbox.watermark.is_some() {
            return Ok((id, is_new));
        }
        if begun.elapsed() > MAILBOX_PATIENCE || mailbox.state != "active" {
            return Err(Failure::failed(format!(
                "the demo mailbox cannot be read ({}, {}): noxpay mailbox test {id} --mode test says more",
                mailbox.state,
                mailbox.last_error.as_deref().unwrap_or("no error so far")
            )));
        }
        sleep(LOOK).await;
    }
}

async fn mailboxes(gateway: &Gateway) -> Result<Vec<Mailbox>, Failure> {
    let answer = gateway.get("mailboxes", &SCOPE.query()).await?;
    Ok(answer.read::<Mailboxes>()?.mailboxes)
}

/// On the server that is there now: after a reset of the servers alone, the old one is of no use.
async fn known_mailbox(
    gateway: &Gateway,
    settings: &DemoSettings,
) -> Result<Option<Mailbox>, Failure> {
    let mut known = mailboxes(gateway).await?.into_iter();
    Ok(known.find(|m| {
        m.label() == ADDRESS
            && m.host.as_deref() == Some(settings.imap.host.as_str())
            && m.port == Some(settings.imap.port)
            && m.state != "removed"
    }))
}

/// The account. Asking for it again binds it to the mailbox, and finishes what a failure left half done.
async fn account(
    gateway: &Gateway,
    mailbox: Uuid,
    mailbox_is_new: bool,
) -> Result<Account, Failure> {
    #[derive(Deserialize)]
    struct Made {
        account: Account,
    }
    let known: Accounts = gateway.get("accounts", &SCOPE.query()).await?.read()?;
    let known = known.accounts.into_iter().find(|a| a.vpa == VPA);
    if let Some(account) = known.filter(|a| a.status == "live" && !mailbox_is_new) {
        return Ok(account);
    }
    let request = json!({
        "vpa": VPA,
        "payee_name": PAYEE,
        "kind": "personal",
        "dedicated": true,
        "bank": BANK,
        "account_tail": ACCOUNT_TAIL,
        "mailbox_id": mailbox,
        "registered_addresses": [ADDRESS],
    });
    let made = gateway.post("accounts", &SCOPE.query(), &request).await?;
    Ok(made.read::<Made>()?.account)
}

/// Pays the proving payment and waits until it was seen.
async fn prove(gateway: &Gateway, bank: &Bank, account: Uuid) -> Result<Money, Failure> {
    let proof: Proof = prove::start(gateway, SCOPE, account).await?.read()?;
    let amount = Money::parse_json_number(proof.amount.digits(), Currency::Inr)
        .map_err(|error| Failure::failed(format!("the proof's amount {error}")))?;
    // It was asked for just now, and its amount is held for half an hour.
    let asked_at = proof.expires_at.timestamp().checked_sub(HOLD);
    let clock = installation_clock(asked_at.map_err(Failure::failed)?);
    let payment = Payment::new(amount, None, clock.now())?;
    bank.deliver(&bank.alert(&payment)?).await?;
    let begun = Instant::now();
    loop {
        let seen: Proof = prove::look(gateway, SCOPE, proof.id).await?.read()?;
        if seen.proved_at.is_some() {
            return Ok(amount);
        }
        if begun.elapsed() > PROOF_PATIENCE {
            return Err(Failure::failed(format!(
                "the alert about the proving payment of {amount} was delivered but not seen within {} s: \
                 the log of imap-verifier says what became of it",
                PROOF_PATIENCE.as_secs()
            )));
        }
        sleep(LOOK).await;
    }
}
