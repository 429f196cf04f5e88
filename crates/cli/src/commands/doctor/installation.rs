//! What the gateway knows of: mailboxes that are not read, accounts that settle nothing, messages that nobody could handle.

use super::report::Report;
use crate::commands::dead::Service;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::scope::Scope;
use crate::views::{Account, Accounts, Mailbox, Mailboxes, Merchants};
use domain::{Clock, Mode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

const MAILBOXES: &str = "mailboxes";
const ACCOUNTS: &str = "accounts";
const DEAD: &str = "dead messages";
/// More merchants are not looked at one by one.
const MOST_MERCHANTS: usize = 50;
/// A mailbox is looked at every few seconds; one this far behind delays expiry and settlement.
const BEHIND: SignedDuration = SignedDuration::from_mins(5);

/// Needs a gateway that knows the key.
pub(super) async fn check(gateway: &Gateway, report: &mut Report) {
    if let Err(failure) = merchants(gateway, report).await {
        report.fail("merchants", failure.to_string());
    }
    if let Err(failure) = dead(gateway, report).await {
        report.warn(DEAD, failure.to_string());
    }
}

async fn merchants(gateway: &Gateway, report: &mut Report) -> Result<(), Failure> {
    let known: Merchants = gateway.get("merchants", &[]).await?.read()?;
    let merchants: Vec<_> = known.merchants.iter().filter(|m| m.active).collect();
    let now = Clock::new().now();
    let (mut read, mut settling) = (0_usize, 0_usize);
    for merchant in merchants.iter().take(MOST_MERCHANTS) {
        for mode in [Mode::Live, Mode::Test] {
            let scope = Scope {
                merchant: merchant.id,
                mode,
            };
            let answer = gateway.get("mailboxes", &scope.query()).await?;
            let there = answer.read::<Mailboxes>()?.mailboxes.into_iter();
            for mailbox in there.filter(|m| m.state != "removed") {
                match trouble(&mailbox, now) {
                    Some(what) => report.warn(
                        MAILBOXES,
                        format!("{} ({}, {mode}) {what}", mailbox.label(), merchant.name),
                    ),
                    None => read += 1,
                }
            }
            let answer = gateway.get("accounts", &scope.query()).await?;
            for account in answer.read::<Accounts>()?.accounts {
                let flags = format!("--merchant {} --mode {mode}", merchant.id);
                match hindrance(&account, &flags) {
                    Some(what) => report.warn(
                        ACCOUNTS,
                        format!("{} ({}, {mode}) {what}", account.vpa, merchant.name),
                    ),
                    None => settling += 1,
                }
            }
        }
    }
    if merchants.len() > MOST_MERCHANTS {
        let text = format!("those of {MOST_MERCHANTS} merchants were looked at");
        report.skip(MAILBOXES, text);
    }
    if read > 0 {
        report.ok(MAILBOXES, format!("{read} read up to now"));
    }
    if settling > 0 {
        report.ok(ACCOUNTS, format!("{settling} ready for payments"));
    }
    Ok(())
}

/// What is wrong with a mailbox or a source that pushes, and what shows more.
fn trouble(mailbox: &Mailbox, now: Timestamp) -> Option<String> {
    let pushes = mailbox.kind != "imap";
    if pushes && mailbox.state == "active" {
        let silent = "has been silent for too long: is it on, and does it send its heartbeat?";
        return mailbox.blind.then(|| silent.to_owned());
    }
    let what = unread(mailbox, now)?;
    Some(if pushes {
        what
    } else {
        format!("{what}: noxpay mailbox test {}", mailbox.id)
    })
}

/// Why an account settles less than its owner may think, and what to do.
fn hindrance(account: &Account, flags: &str) -> Option<String> {
    let id = format!("{} {flags}", account.id);
    match account.status.as_str() {
        "suspended" => Some(format!("is suspended: noxpay account show {id}")),
        "proving" => Some(format!(
            "is not proved yet and takes no payments: noxpay account prove {id}"
        )),
        _ if account.dedication_suspended.is_some() => {
            let words = account.dedicated_words();
            Some(format!("{words}: noxpay account show {id}"))
        }
        _ => None,
    }
}

fn unread(mailbox: &Mailbox, now: Timestamp) -> Option<String> {
    match (mailbox.state.as_str(), mailbox.watermark) {
        ("paused", _) => Some("is paused: its accounts settle nothing".to_owned()),
        ("auth_failed", _) => Some("refuses its password".to_owned()),
        (_, None) => Some("was never read".to_owned()),
        (_, Some(up_to)) if now.duration_since(up_to.timestamp()) > BEHIND => {
            Some(format!("has been read up to {up_to} only"))
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct Dead {
    messages: Vec<serde::de::IgnoredAny>,
}

async fn dead(gateway: &Gateway, report: &mut Report) -> Result<(), Failure> {
    let mut any = false;
    for service in Service::ALL {
        let query = [("service", service.name().to_owned())];
        let found: Dead = gateway.get("dead", &query).await?.read()?;
        if !found.messages.is_empty() {
            any = true;
            report.warn(
                DEAD,
                format!(
                    "{} could not handle {} or more: noxpay dead list --service {0}",
                    service.name(),
                    found.messages.len()
                ),
            );
        }
    }
    if !any {
        report.ok(DEAD, "none");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_settles_less_than_it_may_seem_is_told() {
        let hindrance = |status: &str, suspended: &str| {
            let json = format!(
                r#"{{"id":"01930000-0000-7000-8000-000000000002","vpa":"shop@bank","payee_name":"Shop","kind":"upi","dedicated":true,
                "dedication_suspended":{suspended},"bank":"HDFC","account_tail":"1234","status":"{status}"}}"#
            );
            hindrance(&serde_json::from_str(&json).unwrap(), "--mode live")
        };
        assert_eq!(hindrance("live", "null"), None);
        let unproved = hindrance("proving", "null").unwrap();
        assert!(
            unproved.contains("noxpay account prove 01930000") && unproved.contains("--mode live")
        );
        let since = r#"{"since":"2026-11-20T10:00:00Z","unfitting":3,"credits":40}"#;
        let suspended = hindrance("live", since).unwrap();
        assert!(suspended.contains("3 of 40 credits") && suspended.contains("account show"));
    }

    #[test]
    fn a_mailbox_that_nobody_reads_is_told() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let trouble = |state: &str, watermark: &str| {
            let json = format!(
                r#"{{"id":"01930000-0000-7000-8000-000000000001","kind":"imap","blind":false,"host":"imap","port":993,"username":"a","folder":"INBOX",
                "state":"{state}","last_error":null,"watermark":{watermark}}}"#
            );
            trouble(&serde_json::from_str(&json).unwrap(), now)
        };
        assert_eq!(trouble("active", "\"2026-11-21T09:59:50Z\""), None);
        assert!(
            trouble("active", "\"2026-11-21T09:50:00Z\"")
                .unwrap()
                .contains("up to 2026-11-21 09:50:00Z only")
        );
        assert!(trouble("active", "null").unwrap().contains("never read"));
        assert!(trouble("auth_failed", "null").unwrap().contains("password"));
    }
}
