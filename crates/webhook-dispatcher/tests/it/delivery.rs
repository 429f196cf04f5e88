use crate::support::{Dispatcher, SECRET, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::StatusName;
use domain::event::{Event, IntentEvent};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wiremock::ResponseTemplate;

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn a_settled_intent_is_told_with_both_signatures() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;

    let request = d.received(1).await.remove(0);
    let nox = hex::encode(hmac(SECRET.as_bytes(), &request.body));
    assert_eq!(header(&request, "x-noxpay-signature"), nox);

    let id = header(&request, "webhook-id");
    let timestamp = header(&request, "webhook-timestamp");
    assert_eq!(header(&request, "x-noxpay-timestamp"), timestamp);
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(&request.body);
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let standard = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
    assert_eq!(header(&request, "webhook-signature"), standard);

    let body = String::from_utf8(request.body).unwrap();
    assert!(
        body.starts_with(r#"{"event":"payment.success","event_type":"payment.success","#),
        "{body}"
    );
    assert!(
        body.contains(r#""amount":499.00,"payable_amount":498.99,"adjustment":-0.01,"#),
        "{body}"
    );
    d.all_are("delivered").await;
}

#[tokio::test]
async fn a_failing_endpoint_is_tried_again_with_the_same_id_and_bytes() {
    let d = Dispatcher::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(500).set_body_string("not\u{1b}[31m now"))
        .up_to_n_times(2)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(204)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;

    let requests = d.received(3).await;
    let first = &requests[0];
    for again in &requests[1..] {
        assert_eq!(header(again, "webhook-id"), header(first, "webhook-id"));
        assert_eq!(again.body, first.body);
    }
    let delivery = d.all_are("delivered").await.remove(0);
    let outcomes: Vec<_> = delivery
        .attempts
        .iter()
        .map(|a| (a.outcome.as_str(), a.response_code))
        .collect();
    assert_eq!(
        outcomes,
        [("refused", 500), ("refused", 500), ("delivered", 204)]
    );
    assert_eq!(delivery.attempts[0].response_excerpt, "not [31m now");
}

#[tokio::test]
async fn a_used_up_schedule_fails_and_can_be_sent_again() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0")]).await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/"))
        .up_to_n_times(1)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    let failed = d.all_are("failed").await.remove(0);
    assert_eq!(
        failed.attempts[0].response_code, 302,
        "a redirect is a failure and is not followed"
    );

    let again = proto::webhook::DeliveryRequest {
        delivery_id: failed.id,
    };
    d.client().resend(d.call(again)).await.unwrap();
    let done = d.all_are("delivered").await.remove(0);
    assert_eq!(done.event_id, failed.event_id);
    assert_eq!(done.attempts.len(), 2);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_told_once() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    let event = d.settled();
    d.broker.publish(&event).await;
    d.broker.publish(&event).await;
    let last = d.settled();
    d.broker.publish(&last).await;
    // Events are handled in order: when the last one is told, the doubled one was handled twice.
    d.received(2).await;
    assert_eq!(d.all_are("delivered").await.len(), 2);
}

#[tokio::test]
async fn late_and_overpaid_are_told_beside_success_and_verifying_is_not() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    let mut settled = d.settled();
    let mut verifying = d.settled();
    if let Event::Intent(_, snapshot) = &mut settled.event {
        snapshot.late = true;
        snapshot.excess = domain::Money::inr(100);
    }
    if let Event::Intent(kind, snapshot) = &mut verifying.event {
        *kind = IntentEvent::Entered(StatusName::Verifying);
        snapshot.status = StatusName::Verifying;
    }
    d.broker.publish(&verifying).await;
    d.broker.publish(&settled).await;
    d.received(3).await;
    let mut types: Vec<_> = d
        .all_are("delivered")
        .await
        .into_iter()
        .map(|e| e.event_type)
        .collect();
    types.sort();
    assert_eq!(
        types,
        ["payment.late", "payment.overpaid", "payment.success"]
    );
}

#[tokio::test]
async fn an_endpoint_that_hangs_times_out_and_delays_nobody_else() {
    let d = Dispatcher::with([
        ("NOXPAY_WEBHOOK_TIMEOUT_MS", "500"),
        ("NOXPAY_WEBHOOK_SCHEDULE_S", "0"),
    ])
    .await;
    let slow = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(600));
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(slow)
        .up_to_n_times(1)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    d.received(1).await;
    d.broker.publish(&d.settled()).await;
    let deliveries = testkit::wait::until(testkit::wait::PATIENCE, async || {
        let all = d.deliveries().await;
        let ended = all.len() == 2 && all.iter().all(|x| x.state != "pending");
        if ended {
            Ok(all)
        } else {
            Err(format!("{all:?}"))
        }
    })
    .await;
    assert_eq!(deliveries[0].state, "delivered");
    assert_eq!(
        (
            deliveries[1].state.as_str(),
            deliveries[1].attempts[0].outcome.as_str()
        ),
        ("failed", "timeout")
    );
}
