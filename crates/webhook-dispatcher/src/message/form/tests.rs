mod documented;
mod fixtures;
mod others;

use super::{endpoint_form, form, iso, own_body, test_form};
use crate::message::js::node::Node;
use crate::message::js::tests::{document, trials};
use crate::message::{MerchantEvent, Subject};
use crate::profile::Profile;
use domain::{Money, StatusName};
use fixtures::{
    at, endpoint, keys, noddpay_signature, notice, sign_in, snapshot, told, written, written_of,
};
use proptest::prelude::*;
use runtime::SealingKeys;
use serde_json::Value;
use serde_json::value::RawValue;
use std::cell::RefCell;

#[test]
fn our_own_profiles_are_sent_the_events_own_bytes() {
    let snapshot = snapshot(None);
    for profile in [Profile::NoxPay, Profile::Standard] {
        let told = told(MerchantEvent::Success, &snapshot);
        assert!(form(&endpoint(profile), &told, &keys()).unwrap().is_none());
        let event = notice(MerchantEvent::Test);
        assert!(
            test_form(&endpoint(profile), &event, None, at(), &keys())
                .unwrap()
                .is_none()
        );
    }
}

#[test]
fn noddpay_is_told_of_a_payment_in_its_words() {
    let body = written(
        Profile::NoddPay,
        MerchantEvent::Success,
        &snapshot(Some(
            r#"{"name": "Juan P\u00e9rez", "10": 1, "9": 50.0, "url": "https:\/\/a"}"#,
        )),
    );
    let (unsigned, signature) = body.split_once(r#","signature":""#).unwrap();
    assert_eq!(
        unsigned,
        concat!(
            r#"{"eventType":"payment.success","eventId":"00000000-0000-0000-0000-000000000009","#,
            r#""timestamp":"2026-11-21T12:21:17.090Z","partnerId":"00000000-0000-0000-0000-000000000003","#,
            r#""data":{"paymentId":"00000000-0000-0000-0000-000000000001","orderId":"ORDER-1","#,
            r#""amount":499,"payableAmount":498.99,"adjustment":-0.01,"receivedAmount":499.5,"excessAmount":0.51,"#,
            r#""currency":"INR","status":"settled","previousStatus":"verifying","isFlagged":false,"flagReason":null,"#,
            r#""proof":"code","late":false,"reference":"099678275620","references":["099678275620"],"#,
            r#""payerVpa":"asha@okexample","metadata":{"9":50,"10":1,"name":"Juan Pérez","url":"https://a"},"#,
            r#""sequence":2,"part":1,"livemode":true,"createdAt":"2026-11-21T12:21:16.000Z","#,
            r#""expiresAt":"2026-11-21T12:36:16.440Z","paidAt":null,"settledAt":"2026-11-21T12:21:17.090Z"}"#,
        )
    );
    let unsigned = format!("{unsigned}}}");
    assert_eq!(signature, format!("{}\"}}", noddpay_signature(&unsigned)));
}

#[test]
fn a_secret_that_does_not_open_holds_up_nobody() {
    let others = SealingKeys::parse("k2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=").unwrap();
    let snapshot = snapshot(None);
    let told = told(MerchantEvent::Success, &snapshot);
    let body = form(&endpoint(Profile::NoddPay), &told, &others)
        .unwrap()
        .unwrap();
    let signed = written(Profile::NoddPay, MerchantEvent::Success, &snapshot);
    assert_eq!(
        signed.split_once(r#","signature""#).unwrap().0,
        body.trim_end_matches('}').to_owned() + "}"
    );
}

#[test]
fn payment_gateway_is_told_of_a_payment_in_its_words() {
    let mut snapshot = snapshot(Some(r#"{ "b": 1 }"#));
    snapshot.status = StatusName::Expired;
    let body = written(Profile::PaymentGateway, MerchantEvent::Expired, &snapshot);
    assert_eq!(
        body,
        concat!(
            r#"{"event":"payment.failed","timestamp":1795263677,"data":{"payment":{"#,
            r#""id":"00000000-0000-0000-0000-000000000001","order_id":"ORDER-1","#,
            r#""merchant_id":"00000000-0000-0000-0000-000000000003","amount":49900,"currency":"INR","method":"upi","#,
            r#""vpa":"asha@okexample","status":"failed","error_code":"PAYMENT_FAILED","#,
            r#""error_description":"Payment was not received in time","created_at":"2026-11-21T12:21:16.000Z","#,
            r#""sub_status":"expired","previous_sub_status":"verifying","payable_amount":49899,"adjustment":-1,"#,
            r#""received_amount":49950,"excess_amount":51,"is_flagged":false,"flag_reason":null,"late":false,"#,
            r#""utr":"099678275620","utrs":["099678275620"],"metadata":{"b":1},"sequence":2,"livemode":true,"#,
            r#""expires_at":"2026-11-21T12:36:16.440Z","paid_at":null,"settled_at":"2026-11-21T12:21:17.090Z"}},"#,
            r#""type":"payment.expired","id":"00000000-0000-0000-0000-000000000009","livemode":true,"sequence":2,"#,
            r#""part":1,"previous_status":"verifying"}"#,
        )
    );
}

#[test]
fn the_header_names_the_event_as_the_body_does() {
    for kind in MerchantEvent::ALL {
        let body = written(Profile::PaymentGateway, kind, &snapshot(None));
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            body["event"],
            domain::dialect::payment_gateway_event(kind.as_str())
        );
        assert_eq!(body["type"], kind.as_str());
    }
}

#[test]
fn every_state_has_a_word_in_payment_gateway() {
    for (state, word) in [
        (StatusName::Pending, "pending"),
        (StatusName::Review, "pending"),
        (StatusName::Settled, "success"),
        (StatusName::Cancelled, "failed"),
        (StatusName::Reversed, "failed"),
    ] {
        let mut snapshot = snapshot(None);
        snapshot.status = state;
        let body = written(Profile::PaymentGateway, MerchantEvent::Flagged, &snapshot);
        let payment = &serde_json::from_str::<Value>(&body).unwrap()["data"]["payment"];
        assert_eq!(payment["status"], word, "{state:?}");
        assert_eq!(
            payment["error_code"].is_null(),
            word != "failed",
            "{state:?}"
        );
    }
}

#[test]
fn a_test_event_carries_what_the_merchant_gave() {
    let custom = RawValue::from_string(r#"{"n": 1.0}"#.to_owned()).unwrap();
    let event = notice(MerchantEvent::Test);
    let body = |profile| {
        let body = test_form(&endpoint(profile), &event, Some(&custom), at(), &keys());
        body.unwrap().unwrap()
    };
    assert_eq!(
        body(Profile::PaymentGateway),
        concat!(
            r#"{"event":"webhook.test","timestamp":1795263677,"data":{"message":"NoxPay Webhook Test Ping","#,
            r#""custom_data":{"n":1},"livemode":true,"sequence":1,"part":0},"type":"webhook.test","#,
            r#""id":"00000000-0000-0000-0000-000000000009","livemode":true,"sequence":1,"part":0,"previous_status":null}"#,
        )
    );
    let noddpay = body(Profile::NoddPay);
    assert!(
        noddpay.contains(r#""data":{"message":"NoxPay Webhook Test Ping","customData":{"n":1},"#),
        "{noddpay}"
    );
}

#[test]
fn an_endpoint_hears_in_its_own_form_that_another_was_disabled() {
    let event = notice(MerchantEvent::EndpointDisabled);
    let disabled = endpoint(Profile::NoxPay);
    let mut node = Node::start();
    for (profile, name) in [
        (Profile::NoddPay, "eventType"),
        (Profile::PaymentGateway, "event"),
    ] {
        let body = endpoint_form(&endpoint(profile), &event, &disabled, at(), &keys());
        let body = body.unwrap().unwrap();
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read[name], "webhook.endpoint_disabled");
        assert_eq!(read["data"]["description"], "Kasse 1 / दुकान");
        assert_eq!(node.normal(&body).unwrap(), body);
    }
    assert!(
        endpoint_form(
            &endpoint(Profile::Standard),
            &event,
            &disabled,
            at(),
            &keys()
        )
        .unwrap()
        .is_none()
    );
}

#[test]
fn whatever_the_metadata_node_writes_the_body_with_the_same_bytes() {
    let node = RefCell::new(Node::start());
    let kinds = prop::sample::select(MerchantEvent::ALL.to_vec());
    let amounts = 0_i64..=100_000_000_000_000;
    trials(
        1_500,
        (document(), kinds, amounts),
        |(metadata, kind, paise)| {
            let mut snapshot = snapshot(Some(metadata.trim()));
            snapshot.amount = Money::inr(paise);
            for profile in [Profile::NoddPay, Profile::PaymentGateway] {
                let body = written(profile, kind, &snapshot);
                let theirs = node
                    .borrow_mut()
                    .normal(&body)
                    .map_err(TestCaseError::fail)?;
                prop_assert_eq!(&body, &theirs);
                // What came with a sign-in is the browser's, in any spelling.
                let sign_in = sign_in(Some(metadata.trim()));
                let subject = Subject::SignIn(&sign_in);
                let body = written_of(profile, MerchantEvent::UserAuthenticated, subject);
                let theirs = node
                    .borrow_mut()
                    .normal(&body)
                    .map_err(TestCaseError::fail)?;
                prop_assert_eq!(&body, &theirs);
            }
            // No amount loses a paisa by being written as a double.
            let body = written(Profile::NoddPay, kind, &snapshot);
            let amount = body
                .split_once(r#""amount":"#)
                .unwrap()
                .1
                .split(',')
                .next()
                .unwrap();
            let read = Money::parse_json_number(amount, domain::Currency::Inr);
            prop_assert_eq!(read.unwrap(), snapshot.amount);
            Ok(())
        },
    );
}

#[test]
fn a_time_is_written_as_javascript_writes_it() {
    for (time, written) in [
        ("2026-11-21T12:21:17Z", "2026-11-21T12:21:17.000Z"),
        ("2026-11-21T12:21:17.9999999Z", "2026-11-21T12:21:17.999Z"),
    ] {
        assert_eq!(iso(time.parse().unwrap()), written);
    }
}

#[test]
fn a_body_of_the_callers_own_is_one_that_its_receivers_can_verify() {
    let body = r#"{ "2": 1.0, "1": "\u00e9" }"#;
    for (profile, sent) in [
        (Profile::NoxPay, body),
        (Profile::Standard, body),
        (Profile::NoddPay, r#"{"1":"é","2":1}"#),
        (Profile::PaymentGateway, r#"{"1":"é","2":1}"#),
    ] {
        assert_eq!(own_body(profile, body).unwrap(), sent);
    }
    assert!(own_body(Profile::NoddPay, "{").is_err());
}
