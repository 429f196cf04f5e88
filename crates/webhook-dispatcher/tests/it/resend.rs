//! Sending again: one, and all that failed.

use crate::support::{Dispatcher, header};
use proto::webhook as wire;
use std::time::Duration;
use testkit::wait::{PATIENCE, until};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

#[tokio::test]
async fn a_resend_during_the_last_planned_attempt_is_not_ended_by_it() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0")]).await;
    let slow = ResponseTemplate::new(500).set_delay(Duration::from_secs(2));
    Mock::given(any())
        .respond_with(slow)
        .up_to_n_times(1)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    d.received(1).await;
    let under_way = d.deliveries().await.remove(0);
    let again = wire::DeliveryRequest {
        delivery_id: under_way.id,
    };
    d.client().resend(d.call(again)).await.unwrap();
    let done = d.all_are("delivered").await.remove(0);
    let codes: Vec<_> = done.attempts.iter().map(|a| a.response_code).collect();
    assert_eq!(codes, [500, 200]);
}

#[tokio::test]
async fn whatever_failed_since_a_time_is_sent_again_in_steps_that_can_be_watched() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0")]).await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(120)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    let before: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for _ in 0..120 {
        d.broker.publish(&d.settled()).await;
    }
    d.received(120).await;
    until(PATIENCE, async || {
        let request = wire::ListDeliveriesRequest {
            state: "failed".to_owned(),
            count: true,
            limit: 1,
            ..Default::default()
        };
        let total = d
            .client()
            .list_deliveries(d.call(request))
            .await
            .unwrap()
            .into_inner()
            .total;
        if total == 120 { Ok(()) } else { Err(total) }
    })
    .await;
    let ask = wire::ResendFailedRequest {
        since: Some(proto::convert::timestamp(before)),
        endpoint_id: String::new(),
    };
    let job = d
        .client()
        .resend_failed(d.call(ask.clone()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(job.total, 120);
    let finished = until(PATIENCE, async || {
        let request = wire::ResendRequest {
            resend_id: job.id.clone(),
        };
        let job = d
            .client()
            .get_resend(d.call(request))
            .await
            .unwrap()
            .into_inner();
        if job.finished_at.is_some() {
            Ok(job)
        } else {
            Err(format!("{job:?}"))
        }
    })
    .await;
    assert_eq!(finished.done, 120);
    let requests = d.received(240).await;
    let ids: std::collections::HashSet<_> = requests
        .iter()
        .map(|r| header(r, "webhook-id").to_owned())
        .collect();
    assert_eq!(ids.len(), 120, "each under its own id again");
    let nothing_left = d
        .client()
        .resend_failed(d.call(ask))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(nothing_left.total, 0);
}

#[tokio::test]
async fn a_resent_event_waits_for_nobody_and_holds_up_nobody() {
    use domain::StatusName::{Pending, Settled};
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&["*"]).await.unwrap();
    for event in d.story(&[Pending, Settled]) {
        d.broker.publish(&event).await;
    }
    d.received(2).await;
    let told = d.all_are("delivered").await;
    for delivery in &told {
        let again = wire::DeliveryRequest {
            delivery_id: delivery.id.clone(),
        };
        d.client().resend(d.call(again)).await.unwrap();
    }
    d.received(4).await;
    d.all_are("delivered").await;
}
