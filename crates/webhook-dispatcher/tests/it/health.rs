//! Endpoints that are left alone, and who hears of that.

use crate::support::{Dispatcher, at};
use proto::webhook as wire;
use testkit::wait::{PATIENCE, until};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

const DAY: i64 = 86_400;

async fn disabled(d: &Dispatcher, endpoint: &wire::Endpoint) -> wire::Endpoint {
    until(PATIENCE, async || {
        let found = d.look(endpoint).await;
        if found.state == "disabled" {
            Ok(found)
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await
}

#[tokio::test]
async fn an_endpoint_that_says_gone_is_disabled_and_its_merchant_told_by_webhook_feed_and_mail() {
    let mails = tempfile::tempdir().unwrap();
    let sink = format!("file://{}", mails.path().display());
    let d = Dispatcher::with([("NOXPAY_SMTP_URL", sink.as_str())]).await;
    let contact = wire::ContactRequest {
        address: "Ops@Shop.example".to_owned(),
    };
    d.client().add_contact(d.call(contact)).await.unwrap();
    Mock::given(path("/gone"))
        .respond_with(ResponseTemplate::new(410))
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    let gone = d
        .add(at(format!("{}/gone", d.receiver.uri())))
        .await
        .unwrap();
    let other = wire::AddEndpointRequest {
        event_types: vec!["webhook.endpoint_disabled".to_owned()],
        ..at(format!("{}/other", d.receiver.uri()))
    };
    d.add(other).await.unwrap();
    d.broker.publish(&d.settled()).await;

    let found = disabled(&d, &gone).await;
    assert_eq!((found.active, found.state_reason.as_str()), (false, "gone"));
    let requests = d.received(2).await;
    let told: serde_json::Value = requests
        .iter()
        .find(|r| r.url.path() == "/other")
        .unwrap()
        .body_json()
        .unwrap();
    assert_eq!(told["type"], "webhook.endpoint_disabled");
    assert_eq!(told["data"]["id"], gone.id.as_str());

    // The feed shows an event when no older transaction is open any more.
    until(PATIENCE, async || {
        let feed = wire::ListEventsRequest::default();
        let fed = d.client().list_events(d.call(feed)).await.unwrap();
        let types: Vec<_> = fed
            .into_inner()
            .events
            .into_iter()
            .map(|e| e.event_type)
            .collect();
        if types.iter().any(|t| t == "webhook.endpoint_disabled") {
            Ok(())
        } else {
            Err(format!("{types:?}"))
        }
    })
    .await;

    let mail = until(PATIENCE, async || {
        let files = std::fs::read_dir(mails.path()).unwrap();
        let texts = files.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap());
        texts
            .into_iter()
            .find(|t| t.contains("answered 410"))
            .ok_or("no mail")
    })
    .await;
    assert!(mail.contains("To: ops@shop.example"), "{mail}");
    assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
}

#[tokio::test]
async fn five_days_of_failures_disable_an_endpoint_and_one_success_begins_anew() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0")]).await;
    let failing = Mock::given(path("/hook"))
        .respond_with(ResponseTemplate::new(500))
        .mount_as_scoped(&d.receiver)
        .await;
    let endpoint = d.endpoint(&[]).await.unwrap();
    let tell = async |count: usize| {
        d.broker.publish(&d.settled()).await;
        until(PATIENCE, async || {
            let all = d.deliveries().await;
            let over = all.len() == count && all.iter().all(|x| x.state != "pending");
            if over {
                Ok(())
            } else {
                Err(format!("{all:?}"))
            }
        })
        .await;
    };
    let since = async |failing: bool| {
        until(PATIENCE, async || {
            let found = d.look(&endpoint).await;
            if found.failing_since.is_some() == failing {
                Ok(())
            } else {
                Err(format!("{found:?}"))
            }
        })
        .await;
    };
    tell(1).await;
    since(true).await;
    d.advance(4 * DAY).await;
    tell(2).await;
    assert!(d.look(&endpoint).await.active);
    drop(failing);
    d.answers(ResponseTemplate::new(200)).await;
    tell(3).await;
    since(false).await;

    d.receiver.reset().await;
    d.answers(ResponseTemplate::new(500)).await;
    tell(4).await;
    since(true).await;
    d.advance(5 * DAY + 1).await;
    // The dispatcher follows the clock within a second: some failure is its first one after that.
    let found = until(PATIENCE, async || {
        d.broker.publish(&d.settled()).await;
        let found = d.look(&endpoint).await;
        if found.state == "disabled" {
            Ok(found)
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await;
    assert_eq!(found.state_reason, "failing");
}

#[tokio::test]
async fn what_waits_for_a_disabled_endpoint_is_given_up_and_can_be_sent_after_enabling_it() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0,100000")]).await;
    Mock::given(path("/hook"))
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(1)
        .mount(&d.receiver)
        .await;
    d.answers(ResponseTemplate::new(200)).await;
    let endpoint = d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    d.received(1).await;
    let name = || wire::EndpointRequest {
        endpoint_id: endpoint.id.clone(),
    };
    d.client().disable_endpoint(d.call(name())).await.unwrap();
    let failed = d.all_are("failed").await.remove(0);
    let again = || wire::DeliveryRequest {
        delivery_id: failed.id.clone(),
    };
    let refused = d.client().resend(d.call(again())).await.unwrap_err();
    assert!(refused.message().contains("enable it first"), "{refused:?}");
    d.client().enable_endpoint(d.call(name())).await.unwrap();
    d.client().resend(d.call(again())).await.unwrap();
    d.all_are("delivered").await;
}
