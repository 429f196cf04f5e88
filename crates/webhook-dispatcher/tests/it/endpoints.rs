use crate::support::Dispatcher;
use domain::ids::MerchantId;
use domain::{ErrorCode, Mode};
use proto::Fault;
use proto::webhook as wire;
use wiremock::ResponseTemplate;

#[tokio::test]
async fn a_private_or_odd_address_is_no_endpoint() {
    let d = Dispatcher::with([("NOXPAY_EGRESS_ALLOW", "")]).await;
    for url in [
        "http://example.com/",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://user@example.com/",
        "ftp://example.com/",
        "not a url",
    ] {
        let request = wire::AddEndpointRequest {
            url: url.to_owned(),
            ..Default::default()
        };
        let refused = d.client().add_endpoint(d.call(request)).await.unwrap_err();
        assert_eq!(Fault::from(refused).field.as_deref(), Some("url"), "{url}");
    }
}

#[tokio::test]
async fn an_unknown_event_type_is_named_in_the_refusal() {
    let d = Dispatcher::start().await;
    let refused = d
        .endpoint(&["payment.success", "payment.maybe"])
        .await
        .unwrap_err();
    let fault = Fault::from(refused);
    assert_eq!(fault.field.as_deref(), Some("event_types"));
    assert!(fault.message.contains("payment.maybe"), "{}", fault.message);
}

#[tokio::test]
async fn a_merchant_and_mode_sees_only_its_own_endpoints_and_gets_only_its_own_events() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    let mine = d.endpoint(&[]).await.unwrap();
    for (merchant, mode) in [(MerchantId::new(), Mode::Test), (d.merchant, Mode::Live)] {
        let list = d.call_as(merchant, mode, wire::ListEndpointsRequest {});
        assert!(
            d.client()
                .list_endpoints(list)
                .await
                .unwrap()
                .into_inner()
                .endpoints
                .is_empty()
        );
        let disable = wire::EndpointRequest {
            endpoint_id: mine.id.clone(),
        };
        let refused = d
            .client()
            .disable_endpoint(d.call_as(merchant, mode, disable))
            .await
            .unwrap_err();
        assert_eq!(Fault::from(refused).code, ErrorCode::NotFound);
    }
    // Another merchant's event first, then ours: when ours is told, the other was handled.
    let mut foreign = d.settled();
    if let domain::event::Event::Intent(_, s) = &mut foreign.event {
        s.merchant_id = MerchantId::new();
    }
    d.broker.publish(&foreign).await;
    d.broker.publish(&d.settled()).await;
    d.all_are("delivered").await;
    assert_eq!(d.received(1).await.len(), 1);
}

#[tokio::test]
async fn a_disabled_endpoint_gets_nothing_more() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    let mine = d.endpoint(&[]).await.unwrap();
    let other = d.endpoint(&[]).await.unwrap();
    let disable = wire::EndpointRequest {
        endpoint_id: mine.id,
    };
    assert!(
        !d.client()
            .disable_endpoint(d.call(disable))
            .await
            .unwrap()
            .into_inner()
            .active
    );
    d.broker.publish(&d.settled()).await;
    let told = d.all_are("delivered").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].endpoint_id, other.id);
}

#[tokio::test]
async fn without_a_filter_pending_is_not_told_and_with_one_it_is() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    let listed = d.endpoint(&["payment.pending"]).await.unwrap();
    let mut created = d.settled();
    if let domain::event::Event::Intent(kind, s) = &mut created.event {
        *kind = domain::event::IntentEvent::Created;
        s.status = domain::StatusName::Pending;
    }
    d.broker.publish(&created).await;
    let told = d.all_are("delivered").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].endpoint_id, listed.id);
}

#[tokio::test]
async fn content_that_is_no_intent_event_is_listed_as_dead_with_its_reason() {
    let d = Dispatcher::start().await;
    let event = d.settled();
    let json = event
        .to_json()
        .unwrap()
        .replace("noxpay:intent:1", "noxpay:intent:9");
    let channel = d
        .broker
        .channel(domain::event::Producer::IntentService)
        .await;
    d.broker.declare().await;
    let properties = lapin::BasicProperties::default().with_user_id("intent-service".into());
    testkit::broker::publish(
        &channel,
        bus::topology::EVENTS,
        "intent.settled",
        properties,
        json.as_bytes(),
    )
    .await
    .unwrap();
    let dead = testkit::wait::until(testkit::wait::PATIENCE, async || {
        let list = d.call(proto::common::ListDeadRequest { limit: 10 });
        // The dispatcher may not have reached the broker yet.
        let answer = d.client().list_dead(list).await;
        let found = answer.map(|a| a.into_inner().messages).unwrap_or_default();
        if found.is_empty() {
            Err("nothing dead")
        } else {
            Ok(found)
        }
    })
    .await;
    assert!(
        dead[0].reason.contains("noxpay:intent:9"),
        "{}",
        dead[0].reason
    );
}

#[tokio::test]
async fn of_many_who_add_the_only_one_of_a_profile_at_once_one_does() {
    let d = Dispatcher::start().await;
    let add = async |n: usize| {
        let request = wire::AddEndpointRequest {
            url: format!("{}/{n}", d.receiver.uri()),
            profile: wire::Profile::PaymentGateway.into(),
            only_of_profile: true,
            ..Default::default()
        };
        d.client().add_endpoint(d.call(request)).await
    };
    let adding = (0..10).map(add);
    let mut added = 0;
    for outcome in futures_util::future::join_all(adding).await {
        match outcome {
            Ok(_) => added += 1,
            Err(refused) => assert_eq!(Fault::from(refused).code, ErrorCode::Conflict),
        }
    }
    assert_eq!(added, 1);
    // One of another profile is no obstacle, nor is one in the other mode.
    d.endpoint(&[]).await.unwrap();
    let live = wire::AddEndpointRequest {
        url: d.receiver.uri(),
        profile: wire::Profile::PaymentGateway.into(),
        only_of_profile: true,
        ..Default::default()
    };
    let live = d.call_as(d.merchant, Mode::Live, live);
    d.client().add_endpoint(live).await.unwrap();
}

#[tokio::test]
async fn no_endpoint_is_added_beyond_the_fiftieth_however_many_are_added_at_once() {
    let d = Dispatcher::start().await;
    let add = async |n: usize| {
        d.add(crate::support::at(format!("{}/{n}", d.receiver.uri())))
            .await
    };
    let outcomes = futures_util::future::join_all((0..60).map(add)).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        50
    );
}
