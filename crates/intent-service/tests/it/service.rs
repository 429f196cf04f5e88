//! Stories of the whole process.

use crate::process::{Process, call, client};
use domain::ErrorCode;
use proto::{Fault, common, intent as pb};
use runtime::shutdown::Ending;
use testkit::wait;
use tonic::Code;
use uuid::Uuid;

const MERCHANT: Uuid = Uuid::from_u128(1);
const STRANGER: Uuid = Uuid::from_u128(2);

#[tokio::test]
async fn one_payment_from_the_call_to_the_event() {
    let process = Process::start().await;
    let account = process.proved_account(MERCHANT).await;
    let intent = process.create(MERCHANT, "ORDER_1").await.unwrap();
    let code = &intent.options[0].code;
    process.pay(MERCHANT, account, 49_900, code).await;
    process
        .wait_for(MERCHANT, "ORDER_1", pb::IntentStatus::Settled)
        .await;
    let events = process.published(2).await;
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["intent.created", "intent.settled"]);
    let (_, settled) = &events[1];
    assert_eq!(settled.sequence, 2);
    assert_eq!(settled.received, domain::Money::inr(49_900));
    assert_eq!(settled.evidence.len(), 1);
    assert!(settled.evidence[0].reference.is_some());
    // The outbox is empty once the broker has it.
    wait::until(wait::PATIENCE, async || {
        match rows(&process, "outbox").await {
            0 => Ok(()),
            waiting => Err(waiting),
        }
    })
    .await;
    assert_eq!(process.broker.leftovers().await, []);
    assert_eq!(process.stop().await, Ending::Drained);
}

async fn rows(process: &Process, table: &str) -> usize {
    let mut conn = process.db.admin().await;
    let all = diesel::sql_query(format!("SELECT FROM intents.{table}"));
    diesel_async::RunQueryDsl::execute(all, &mut conn)
        .await
        .unwrap()
}

#[tokio::test]
async fn only_the_gateway_is_answered_and_only_for_a_merchant() {
    let process = Process::start().await;
    for caller in ["webhook-dispatcher", "imap-verifier"] {
        let request = call(MERCHANT).request(pb::ListAccountsRequest {});
        let refused = client(process.running.grpc, caller)
            .list_accounts(request)
            .await;
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    }
    let nobody = runtime::internal::CallContext::system("r");
    let request = nobody.request(pb::ListAccountsRequest {});
    let refused = process.client.clone().list_accounts(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_wrong_field_is_named_over_the_wire() {
    let process = Process::start().await;
    let request = call(MERCHANT).request(pb::CreateIntentRequest {
        order_id: "550e8400-e29b-41d4-a716-446655440000".to_owned(),
        ..pb::CreateIntentRequest::default()
    });
    let refused = process.client.clone().create_intent(request).await;
    let fault = Fault::from(refused.unwrap_err());
    assert_eq!(fault.code, ErrorCode::Invalid);
    assert_eq!(fault.field.as_deref(), Some("order_id"));
    assert_eq!(rows(&process, "intents").await, 0);
}

#[tokio::test]
async fn what_was_refused_is_listed_and_counts_when_it_is_replayed() {
    let process = Process::start().await;
    let account = process.proved_account(MERCHANT).await;
    let intent = process.create(MERCHANT, "ORDER_1").await.unwrap();
    // Another project's mailbox tells of the payment before the account was shared with it.
    process
        .pay(STRANGER, account, 49_900, &intent.options[0].code)
        .await;
    let dead = wait::until(wait::PATIENCE, async || {
        let request = call(MERCHANT).request(common::ListDeadRequest { limit: 0 });
        let listed = process.client.clone().list_dead(request).await.unwrap();
        match listed.into_inner().messages.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(other.len()),
        }
    })
    .await;
    assert_eq!(dead.event_type, "observation.recorded");
    assert!(dead.reason.contains("no live grant"), "{}", dead.reason);
    let request = call(MERCHANT).request(pb::GrantAccountRequest {
        account_id: account.to_string(),
        merchant_id: STRANGER.to_string(),
    });
    process.client.clone().grant_account(request).await.unwrap();
    let request = call(MERCHANT).request(common::ReplayDeadRequest { ids: vec![dead.id] });
    let replayed = process.client.clone().replay_dead(request).await.unwrap();
    assert_eq!(replayed.get_ref().replayed, 1);
    process
        .wait_for(MERCHANT, "ORDER_1", pb::IntentStatus::Settled)
        .await;
    assert_eq!(process.stop().await, Ending::Drained);
    assert_eq!(process.broker.leftovers().await, []);
}

#[tokio::test]
async fn time_alone_moves_an_intent_of_a_running_process() {
    let process = Process::start().await;
    process.proved_account(MERCHANT).await;
    process.create(MERCHANT, "ORDER_1").await.unwrap();
    process
        .db
        .advance_clock(jiff::SignedDuration::from_mins(30))
        .await;
    process
        .wait_for(MERCHANT, "ORDER_1", pb::IntentStatus::Verifying)
        .await;
    let watermark = domain::event::MailWatermark {
        source_id: crate::support::mailbox(1),
        up_to: domain::Clock::new().now() + jiff::SignedDuration::from_mins(30),
        last_seq: 2,
    };
    process
        .publish(domain::event::Event::MailWatermark(watermark))
        .await;
    process
        .wait_for(MERCHANT, "ORDER_1", pb::IntentStatus::Expired)
        .await;
    let kinds: Vec<String> = process
        .published(3)
        .await
        .into_iter()
        .map(|e| e.0)
        .collect();
    assert_eq!(
        kinds,
        ["intent.created", "intent.verifying", "intent.expired"]
    );
}
