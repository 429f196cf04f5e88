//! Refunds and sign-ins, as their producers will say them.

use crate::support::{Dispatcher, SECRET, at, header, sequences};
use domain::event::{Envelope, Event, Producer, RefundEvent, RefundSnapshot, RefundStatus, SignIn};
use domain::ids::{IntentId, RefundId, SessionId, UserId};
use domain::{Money, OrderId};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use proto::webhook as wire;
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::wait::{PATIENCE, until};
use wiremock::{Request, ResponseTemplate};

const AT: &str = "2026-11-21T10:01:00Z";

/// A refund that was asked for and paid.
fn refund(d: &Dispatcher, last: (RefundEvent, RefundStatus)) -> [Envelope; 2] {
    let now: Timestamp = AT.parse().unwrap();
    let created = RefundSnapshot {
        refund_id: RefundId::new(),
        intent_id: IntentId::random(),
        merchant_id: d.merchant,
        live: false,
        order_id: OrderId::parse("ORDER-1").unwrap(),
        sequence: 1,
        status: RefundStatus::Pending,
        previous_status: None,
        amount: Money::inr(10_000),
        reason: None,
        failure: None,
        reference: None,
        created_at: now,
        processed_at: None,
        failed_at: None,
    };
    let over = RefundSnapshot {
        sequence: 2,
        status: last.1,
        previous_status: Some(RefundStatus::Pending),
        ..created.clone()
    };
    [(RefundEvent::Created, created), (last.0, over)].map(|(event, snapshot)| {
        let event = Event::Refund(event, Box::new(snapshot));
        Envelope::new(Producer::IntentService, now, event)
    })
}

fn sign_in(d: &Dispatcher) -> Envelope {
    let now: Timestamp = AT.parse().unwrap();
    let event = Event::UserAuthenticated(Box::new(SignIn {
        session_id: SessionId::random(),
        user_id: UserId::new(),
        merchant_id: d.merchant,
        live: false,
        sequence: 1,
        email: "juan@example.com".to_owned(),
        name: None,
        wallet: None,
        kyc_status: None,
        kyc_level: None,
        created_at: now,
        authenticated_at: now,
        metadata: Some(serde_json::from_str(r#"{"b":1,"a":"Pérez"}"#).unwrap()),
    }));
    Envelope::new(Producer::ApiGateway, now, event)
}

fn profiled(d: &Dispatcher, profile: wire::Profile, types: &[&str]) -> wire::AddEndpointRequest {
    wire::AddEndpointRequest {
        profile: profile.into(),
        event_types: types.iter().map(|t| (*t).to_owned()).collect(),
        ..at(format!("{}/hook", d.receiver.uri()))
    }
}

fn body(request: &Request) -> Value {
    request.body_json().unwrap()
}

#[tokio::test]
async fn a_refund_is_told_in_its_order_to_endpoints_without_a_filter() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    let [created, processed] = refund(&d, (RefundEvent::Processed, RefundStatus::Processed));
    // The queue keeps no order.
    d.broker.publish(&processed).await;
    d.broker.publish(&created).await;
    let requests = d.received(2).await;
    assert_eq!(sequences(&requests), [1, 2]);
    let told: Vec<Value> = requests.iter().map(body).collect();
    assert_eq!(
        (&told[0]["type"], &told[1]["type"]),
        (&json!("refund.created"), &json!("refund.processed"))
    );
    assert_eq!(
        (
            &told[1]["previous_status"],
            &told[1]["data"]["status"],
            &told[1]["livemode"]
        ),
        (&json!("pending"), &json!("processed"), &json!(false))
    );
    for delivery in d.all_are("delivered").await {
        assert_eq!(json!(delivery.object_id), told[0]["data"]["id"]);
    }
}

#[tokio::test]
async fn payment_gateways_receivers_hear_of_a_failed_refund_under_our_word() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.add(profiled(&d, wire::Profile::PaymentGateway, &[]))
        .await
        .unwrap();
    for event in refund(&d, (RefundEvent::Failed, RefundStatus::Failed)) {
        d.broker.publish(&event).await;
    }
    let requests = d.received(2).await;
    for (request, word) in requests.iter().zip(["refund.created", "refund.failed"]) {
        assert_eq!(header(request, "x-webhook-event"), word);
        assert_eq!(body(request)["event"], word);
        assert_eq!(body(request)["data"]["refund"]["amount"], 10_000);
    }
}

#[tokio::test]
async fn who_signed_in_is_told_to_endpoints_that_ask_for_it_with_both_signatures() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.add(profiled(
        &d,
        wire::Profile::Noddpay,
        &["user.authenticated"],
    ))
    .await
    .unwrap();
    d.broker.publish(&sign_in(&d)).await;
    let request = d.received(1).await.remove(0);
    let mac = |bytes: &[u8]| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(bytes);
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    };
    assert_eq!(header(&request, "x-noddpay-signature"), mac(&request.body));
    assert!(header(&request, "webhook-signature").starts_with("v1,"));
    // The body's own signs the body without it.
    let text = std::str::from_utf8(&request.body).unwrap();
    let (unsigned, signature) = text.split_once(r#","signature":""#).unwrap();
    let unsigned = format!("{unsigned}}}");
    assert_eq!(signature.trim_end_matches("\"}"), mac(unsigned.as_bytes()));
    assert!(text.contains(r#""metadata":{"b":1,"a":"Pérez"}"#), "{text}");
    assert_eq!(
        body(&request)["eventId"],
        header(&request, "x-noddpay-event-id")
    );
    // The other endpoint has no filter, and is told nothing.
    assert_eq!(d.all_are("delivered").await.len(), 1);
}

#[tokio::test]
async fn the_feed_has_them_too() {
    let d = Dispatcher::start().await;
    let [created, _] = refund(&d, (RefundEvent::Failed, RefundStatus::Failed));
    d.broker.publish(&created).await;
    d.broker.publish(&sign_in(&d)).await;
    let types = until(PATIENCE, async || {
        let request = d.call(wire::ListEventsRequest::default());
        let page = d.client().list_events(request).await.unwrap().into_inner();
        let mut types: Vec<String> = page.events.into_iter().map(|e| e.event_type).collect();
        types.sort();
        if types.len() == 2 {
            Ok(types)
        } else {
            Err(types)
        }
    })
    .await;
    assert_eq!(types, ["refund.created", "user.authenticated"]);
}
