//! How late an account's alerts come, as intent-service says it.

use crate::bank;
use crate::sql;
use crate::stack::{Stack, added};
use bus::topology::IMAP_VERIFIER;
use domain::Clock;
use domain::event::{AccountMeasured, Envelope, Event, Producer};
use jiff::{SignedDuration, Timestamp};
use testkit::{TestMailbox, wait};
use uuid::Uuid;

fn measured(account: Uuid, alert_delay_s: i32, measured_at: Timestamp) -> Envelope {
    let event = Event::AccountMeasured(AccountMeasured {
        account_id: account.into(),
        alert_delay_s,
        measured_at,
    });
    Envelope::new(Producer::IntentService, measured_at, event)
}

/// What the account's bindings know of its delay, in seconds.
async fn delays(stack: &Stack, account: Uuid) -> Vec<String> {
    let known = format!(
        "SELECT coalesce(alert_delay_s::text, 'unmeasured') AS t FROM mail.bindings \
         WHERE account_id = '{account}' ORDER BY 1"
    );
    sql::texts(&stack.db, &known).await
}

async fn until_delays(stack: &Stack, account: Uuid, wanted: &[&str]) {
    wait::until(wait::PATIENCE, async || {
        let known = delays(stack, account).await;
        if known == wanted { Ok(()) } else { Err(known) }
    })
    .await;
}

/// Waits until everything was consumed that was said before: events are consumed one by one, in their order.
async fn all_heard(stack: &Stack, mailbox: &TestMailbox, id: &str) {
    let last = stack
        .bind(id, "EXAMPLEBANK", "9999", mailbox.address())
        .await;
    let said = measured(last, 600, Clock::new().now());
    stack.broker.publish_raw(&said).await;
    until_delays(stack, last, &["600"]).await;
}

#[tokio::test]
async fn an_alert_without_a_time_is_of_the_measured_delay_before_it() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let id = stack.add(added(&mailbox)).await;
    let account = stack.bind(&id, "HDFC", "7722", mailbox.address()).await;
    // It prints a date and no time.
    let alert = || {
        let file = "c01-hdfc-upi-credit-sentence";
        bank::corpus(file, mailbox.address(), "hdfcbank.net")
    };
    let minutes = async |count: usize| {
        let mut seen = stack.observed(count).await;
        let interval = seen.remove(count - 1).interval;
        interval.to().duration_since(interval.from()).as_mins()
    };
    mailbox.deliver(&alert()).await;
    assert_eq!(minutes(1).await, 30);

    let said = measured(account, 300, Clock::new().now());
    stack.broker.publish_raw(&said).await;
    until_delays(&stack, account, &["300"]).await;
    mailbox.deliver(&alert()).await;
    assert_eq!(minutes(2).await, 5);
}

#[tokio::test]
async fn an_older_or_replayed_measure_changes_nothing() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let now = Clock::new().now();
    let at = |minutes| now + SignedDuration::from_mins(minutes);
    let first = measured(watched.account, 240, at(-5));
    let newest = measured(watched.account, 180, at(0));
    let late = measured(watched.account, 3_000, at(-1));
    for said in [&first, &newest, &late, &first, &newest] {
        stack.broker.publish_raw(said).await;
    }
    all_heard(&stack, &mailbox, &watched.id).await;
    assert_eq!(delays(&stack, watched.account).await, ["180"]);
    // A newer one still counts.
    let said = measured(watched.account, 1_200, at(1));
    stack.broker.publish_raw(&said).await;
    until_delays(&stack, watched.account, &["1200"]).await;
    assert!(stack.broker.leftovers().await.is_empty());
}

#[tokio::test]
async fn a_measure_of_an_account_that_is_bound_nowhere_is_taken_and_forgotten() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let said = measured(Uuid::now_v7(), 240, Clock::new().now());
    stack.broker.publish_raw(&said).await;
    all_heard(&stack, &mailbox, &watched.id).await;
    assert_eq!(delays(&stack, watched.account).await, ["unmeasured"]);
    assert!(stack.broker.leftovers().await.is_empty());
}

#[tokio::test]
async fn a_further_source_of_an_account_knows_what_was_measured() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let said = measured(watched.account, 240, Clock::new().now());
    stack.broker.publish_raw(&said).await;
    until_delays(&stack, watched.account, &["240"]).await;
    let second = TestMailbox::new().await;
    let request = proto::mail::BindRequest {
        mailbox_id: stack.add(added(&second)).await,
        account_id: watched.account.to_string(),
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: bank::TAIL.to_owned(),
        payee_vpa: String::new(),
        registered_addresses: vec![second.address().to_owned()],
        apps: Vec::new(),
    };
    stack.client().bind(stack.call(request)).await.unwrap();
    assert_eq!(delays(&stack, watched.account).await, ["240", "240"]);
    // Both follow from now on.
    let said = measured(watched.account, 360, Clock::new().now());
    stack.broker.publish_raw(&said).await;
    until_delays(&stack, watched.account, &["360", "360"]).await;
}

#[tokio::test]
async fn only_intent_service_measures() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let now = Clock::new().now();
    let lie = measured(watched.account, 3_600, now);
    // Another service in intent-service's name, and one in its own.
    let thief = Producer::WebhookDispatcher;
    stack.broker.slip_in(thief, &IMAP_VERIFIER, &lie).await;
    let own = Envelope::new(Producer::ApiGateway, now, lie.event.clone());
    let gateway = Producer::ApiGateway;
    stack.broker.slip_in(gateway, &IMAP_VERIFIER, &own).await;
    wait::until(wait::PATIENCE, async || {
        match stack.broker.depth(IMAP_VERIFIER.dead).await {
            2 => Ok(()),
            other => Err(other),
        }
    })
    .await;
    assert_eq!(delays(&stack, watched.account).await, ["unmeasured"]);
}
