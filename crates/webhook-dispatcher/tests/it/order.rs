//! Order per endpoint and object, and what may break it.

use crate::support::{Dispatcher, at, sequences};
use domain::StatusName::{Expired, Pending, Review, Settled, Underpaid};
use testkit::wait::{PATIENCE, until};
use wiremock::matchers::{any, body_string_contains};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn all_events(d: &Dispatcher) {
    d.endpoint(&["*"]).await.unwrap();
}

#[tokio::test]
async fn an_intents_events_arrive_in_their_order_however_the_queue_gives_them() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    let story = d.story(&[Pending, Underpaid, Review, Settled]);
    for n in [2, 0, 3, 1] {
        d.broker.publish(&story[n]).await;
    }
    assert_eq!(sequences(&d.received(4).await), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_missing_number_is_waited_for_five_minutes_and_no_longer() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    let story = d.story(&[Pending, Underpaid, Settled]);
    d.broker.publish(&story[0]).await;
    d.broker.publish(&story[2]).await;
    // Another intent's event was told after them: they were handled.
    d.broker.publish(&d.settled()).await;
    let arrived = until(PATIENCE, async || {
        let all = d.deliveries().await;
        let told = all.iter().filter(|x| x.state == "delivered").count();
        if all.len() == 3 && told == 2 {
            Ok(all)
        } else {
            Err(format!("{all:?}"))
        }
    })
    .await;
    assert_eq!(
        arrived
            .iter()
            .filter(|x| x.held)
            .map(|x| x.sequence)
            .collect::<Vec<_>>(),
        [3]
    );
    d.advance(301).await;
    d.all_are("delivered").await;
    // What was missing comes all the same: it carries its number.
    d.broker.publish(&story[1]).await;
    assert_eq!(d.received(4).await.len(), 4);
}

#[tokio::test]
async fn verifying_is_told_to_nobody_and_leaves_no_gap() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    for event in d.story(&[Pending, domain::StatusName::Verifying, Settled]) {
        d.broker.publish(&event).await;
    }
    assert_eq!(sequences(&d.received(2).await), [1, 3]);
}

#[tokio::test]
async fn a_failing_event_holds_back_those_of_its_intent_for_five_minutes_and_no_others() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0,100000,100000")]).await;
    Mock::given(body_string_contains("payment.underpaid"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    for event in d.story(&[Pending, Underpaid, Settled]) {
        d.broker.publish(&event).await;
    }
    d.broker.publish(&d.settled()).await;
    let waiting = until(PATIENCE, async || {
        let all = d.deliveries().await;
        let delivered = all.iter().filter(|x| x.state == "delivered").count();
        let failed = all
            .iter()
            .any(|x| x.sequence == 2 && x.attempts.iter().any(|a| a.response_code == 500));
        if all.len() == 4 && delivered == 2 && failed {
            Ok(all)
        } else {
            Err(format!("{all:?}"))
        }
    })
    .await;
    let pending: Vec<_> = waiting
        .iter()
        .filter(|x| x.state == "pending")
        .map(|x| x.sequence)
        .collect();
    assert_eq!(
        pending,
        [3, 2],
        "the settled one waits behind the underpaid one, newest first"
    );
    d.advance(301).await;
    let requests = d.received(4).await;
    assert_eq!(sequences(&requests).last(), Some(&3), "it has overtaken");
}

#[tokio::test]
async fn an_event_that_failed_goes_first_when_it_is_due_again() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0,1,1")]).await;
    Mock::given(body_string_contains("payment.underpaid"))
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(1)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    for event in d.story(&[Pending, Underpaid, Settled, Expired]) {
        d.broker.publish(&event).await;
    }
    d.all_are("delivered").await;
    assert_eq!(sequences(&d.received(5).await), [1, 2, 2, 3, 4]);
}

#[tokio::test]
async fn endpoints_that_do_not_answer_delay_nobody_else() {
    let d = Dispatcher::with([
        ("NOXPAY_WEBHOOK_TIMEOUT_MS", "100000"),
        ("NOXPAY_WEBHOOK_CONCURRENCY", "40"),
        ("NOXPAY_WEBHOOK_ENDPOINT_CONCURRENCY", "8"),
        ("NOXPAY_WEBHOOK_SCHEDULE_S", "0"),
    ])
    .await;
    let hanging = MockServer::start().await;
    let never = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(600));
    Mock::given(any()).respond_with(never).mount(&hanging).await;
    for n in 0..4 {
        d.add(at(format!("{}/{n}", hanging.uri()))).await.unwrap();
    }
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    for _ in 0..50 {
        d.broker.publish(&d.settled()).await;
    }
    // All of them, while the first attempts at the others still hang.
    d.received(50).await;
    let request = |state: &str| proto::webhook::ListDeliveriesRequest {
        state: state.to_owned(),
        count: true,
        ..Default::default()
    };
    let count = async |state| {
        let answer = d.client().list_deliveries(d.call(request(state))).await;
        answer.unwrap().into_inner().total
    };
    assert_eq!(
        (count("failed").await, count("pending").await >= 200),
        (0, true)
    );
}

#[tokio::test]
async fn many_events_at_once_are_all_told() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    all_events(&d).await;
    let stories: Vec<_> = (0..60)
        .map(|_| d.story(&[Pending, Review, Settled]))
        .collect();
    for n in 0..3 {
        for story in &stories {
            d.broker.publish(&story[n]).await;
        }
    }
    let requests = d.received(180).await;
    let mut last = std::collections::HashMap::new();
    for request in &requests {
        let body: serde_json::Value = request.body_json().unwrap();
        let sequence = body["sequence"].as_i64().unwrap();
        let before = last.insert(body["intent_id"].as_str().unwrap().to_owned(), sequence);
        assert!(before.is_none_or(|before| before < sequence));
    }
    assert_eq!(requests.len(), 180);
}
