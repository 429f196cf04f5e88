//! Events that are about no payment: refunds and sign-ins, in the words of every profile.

use super::fixtures::{noddpay_signature, refund, sign_in, written_of};
use crate::message::js::node::Node;
use crate::message::{MerchantEvent, Subject};
use crate::profile::Profile;
use domain::event::RefundStatus;
use serde_json::Value;

const REFUNDS: [(MerchantEvent, RefundStatus); 3] = [
    (MerchantEvent::RefundCreated, RefundStatus::Pending),
    (MerchantEvent::RefundProcessed, RefundStatus::Processed),
    (MerchantEvent::RefundFailed, RefundStatus::Failed),
];

fn refunded(profile: Profile, kind: MerchantEvent, status: RefundStatus) -> String {
    written_of(profile, kind, Subject::Refund(&refund(status)))
}

fn signed_in(profile: Profile, metadata: &str) -> String {
    let sign_in = sign_in(Some(metadata));
    let subject = Subject::SignIn(&sign_in);
    written_of(profile, MerchantEvent::UserAuthenticated, subject)
}

/// A `NoddPay` body without its signature, which must fit.
fn unsigned(body: &str) -> String {
    let (unsigned, signature) = body.split_once(r#","signature":""#).unwrap();
    let unsigned = format!("{unsigned}}}");
    assert_eq!(signature, format!("{}\"}}", noddpay_signature(&unsigned)));
    unsigned
}

#[test]
fn our_own_profiles_are_told_of_a_refund() {
    let body = concat!(
        r#"{"event":"refund.processed","event_type":"refund.processed","#,
        r#""intent_id":"00000000-0000-0000-0000-000000000001","order_id":"ORDER-1","amount":100.50,"currency":"UPI","#,
        r#""status":"processed","livemode":true,"type":"refund.processed","id":"00000000-0000-0000-0000-000000000009","#,
        r#""timestamp":"2026-11-21T12:21:17.0904Z","sequence":2,"part":0,"previous_status":"pending","#,
        r#""data":{"id":"00000000-0000-0000-0000-000000000004","intent_id":"00000000-0000-0000-0000-000000000001","#,
        r#""order_id":"ORDER-1","merchant_id":"00000000-0000-0000-0000-000000000003","amount":100.50,"currency":"UPI","#,
        r#""reason":"eine Größe zu klein","status":"processed","failure_reason":null,"utr":"084801812320","sequence":2,"#,
        r#""created_at":"2026-11-21T12:21:16Z","processed_at":"2026-11-21T12:21:17.0904Z","failed_at":null,"#,
        r#""livemode":true}}"#,
    );
    for profile in [Profile::NoxPay, Profile::Standard] {
        let (kind, status) = REFUNDS[1];
        assert_eq!(refunded(profile, kind, status), body);
    }
}

#[test]
fn no_refund_looks_like_a_payment_that_was_proved() {
    for (kind, status) in REFUNDS {
        let body = refunded(Profile::NoxPay, kind, status);
        let body: Value = serde_json::from_str(&body).unwrap();
        for name in ["transaction_hash", "verified_at"] {
            assert_eq!(body.get(name), None, "{body}");
        }
        for status in [&body["status"], &body["data"]["status"]] {
            assert!(status != "settled" && status != "success", "{body}");
        }
    }
}

#[test]
fn payment_gateway_is_told_of_a_refund_in_its_words() {
    let (kind, status) = REFUNDS[0];
    assert_eq!(
        refunded(Profile::PaymentGateway, kind, status),
        concat!(
            r#"{"event":"refund.created","timestamp":1795263677,"data":{"refund":{"#,
            r#""id":"00000000-0000-0000-0000-000000000004","payment_id":"00000000-0000-0000-0000-000000000001","#,
            r#""amount":10050,"reason":"eine Größe zu klein","status":"pending","created_at":"2026-11-21T12:21:16.000Z","#,
            r#""processed_at":null,"order_id":"ORDER-1","merchant_id":"00000000-0000-0000-0000-000000000003","#,
            r#""currency":"INR","failure_reason":null,"failed_at":null,"utr":null,"sequence":1,"livemode":true}},"#,
            r#""type":"refund.created","id":"00000000-0000-0000-0000-000000000009","livemode":true,"sequence":1,"part":0,"#,
            r#""previous_status":null}"#,
        )
    );
}

#[test]
fn a_failed_refund_has_our_own_word_where_the_dialect_has_none() {
    let (kind, status) = REFUNDS[2];
    let body = refunded(Profile::PaymentGateway, kind, status);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&body["event"], &body["type"]),
        (&"refund.failed".into(), &"refund.failed".into())
    );
    let refund = &body["data"]["refund"];
    assert_eq!(refund["status"], "failed");
    assert_eq!(refund["failure_reason"], "the account is closed");
    assert_eq!(refund["processed_at"], Value::Null);
}

#[test]
fn noddpay_is_told_of_a_refund_in_its_manner() {
    let (kind, status) = REFUNDS[2];
    assert_eq!(
        unsigned(&refunded(Profile::NoddPay, kind, status)),
        concat!(
            r#"{"eventType":"refund.failed","eventId":"00000000-0000-0000-0000-000000000009","#,
            r#""timestamp":"2026-11-21T12:21:17.090Z","partnerId":"00000000-0000-0000-0000-000000000003","#,
            r#""data":{"refundId":"00000000-0000-0000-0000-000000000004","#,
            r#""paymentId":"00000000-0000-0000-0000-000000000001","orderId":"ORDER-1","amount":100.5,"currency":"INR","#,
            r#""reason":"eine Größe zu klein","status":"failed","previousStatus":"pending","#,
            r#""failureReason":"the account is closed","reference":null,"sequence":2,"part":0,"livemode":true,"#,
            r#""createdAt":"2026-11-21T12:21:16.000Z","processedAt":null,"failedAt":"2026-11-21T12:21:17.090Z"}}"#,
        )
    );
}

#[test]
fn noddpay_is_told_who_signed_in_as_its_partners_know_it() {
    let body = signed_in(
        Profile::NoddPay,
        r#"{"orderId": "A\u002d1", "10": 1.0, "9": 2}"#,
    );
    assert_eq!(
        unsigned(&body),
        concat!(
            r#"{"eventType":"user.authenticated","eventId":"00000000-0000-0000-0000-000000000009","#,
            r#""timestamp":"2026-11-21T12:21:17.090Z","partnerId":"00000000-0000-0000-0000-000000000003","#,
            r#""data":{"userId":"00000000-0000-0000-0000-000000000006","email":"juan@example.com","name":"Juan Pérez","#,
            r#""walletAddress":"0x52908400098527886E0F7030069857D2E4169EE7","blockchain":"Ethereum","network":"Mainnet","#,
            r#""currency":"USDC","kycStatus":"verified","kycLevel":null,"createdAt":"2026-11-20T10:00:00.000Z","#,
            r#""metadata":{"9":2,"10":1,"orderId":"A-1"},"chainId":"eip155:1","#,
            r#""sessionId":"00000000-0000-0000-0000-000000000005","authenticatedAt":"2026-11-21T12:21:17.090Z","#,
            r#""sequence":1,"part":0,"livemode":true}}"#,
        )
    );
}

#[test]
fn our_own_profiles_are_told_who_signed_in() {
    let body = concat!(
        r#"{"event":"user.authenticated","event_type":"user.authenticated","livemode":true,"#,
        r#""type":"user.authenticated","id":"00000000-0000-0000-0000-000000000009","#,
        r#""timestamp":"2026-11-21T12:21:17.0904Z","sequence":1,"part":0,"previous_status":null,"#,
        r#""data":{"id":"00000000-0000-0000-0000-000000000005","user_id":"00000000-0000-0000-0000-000000000006","#,
        r#""merchant_id":"00000000-0000-0000-0000-000000000003","email":"juan@example.com","name":"Juan Pérez","#,
        r#""wallet_address":"0x52908400098527886E0F7030069857D2E4169EE7","chain_id":"eip155:1","#,
        r#""blockchain":"Ethereum","network":"Mainnet","currency":"USDC","kyc_status":"verified","kyc_level":null,"#,
        r#""sequence":1,"created_at":"2026-11-20T10:00:00Z","authenticated_at":"2026-11-21T12:21:17.0904Z","#,
        r#""metadata":{"b": 1.0},"livemode":true}}"#,
    );
    for profile in [Profile::NoxPay, Profile::Standard] {
        assert_eq!(signed_in(profile, r#"{"b": 1.0}"#), body);
    }
}

#[test]
fn payment_gateway_is_told_who_signed_in_in_its_manner() {
    let body = signed_in(Profile::PaymentGateway, "{}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["event"], "user.authenticated");
    let user = &body["data"]["user"];
    assert_eq!(user["id"], "00000000-0000-0000-0000-000000000006");
    assert_eq!(user["chain_id"], "eip155:1");
    assert_eq!(user["authenticated_at"], "2026-11-21T12:21:17.090Z");
}

#[test]
fn who_has_no_wallet_and_no_name_is_told_of_all_the_same() {
    let mut sign_in = sign_in(None);
    (sign_in.wallet, sign_in.name) = (None, None);
    for (profile, path) in [
        (Profile::NoxPay, "/data/wallet_address"),
        (Profile::NoddPay, "/data/walletAddress"),
        (Profile::PaymentGateway, "/data/user/wallet_address"),
    ] {
        let subject = Subject::SignIn(&sign_in);
        let body = written_of(profile, MerchantEvent::UserAuthenticated, subject);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body.pointer(path), Some(&Value::Null), "{body}");
    }
}

#[test]
fn node_writes_every_body_of_a_refund_with_the_same_bytes() {
    let mut node = Node::start();
    for (kind, status) in REFUNDS {
        for profile in [Profile::NoddPay, Profile::PaymentGateway] {
            let body = refunded(profile, kind, status);
            assert_eq!(node.normal(&body).unwrap(), body);
        }
    }
}

#[test]
fn endpoints_without_a_filter_hear_of_refunds_and_not_of_sign_ins() {
    for (kind, _) in REFUNDS {
        assert!(kind.is_default(), "{kind:?}");
    }
    assert!(!MerchantEvent::UserAuthenticated.is_default());
}
