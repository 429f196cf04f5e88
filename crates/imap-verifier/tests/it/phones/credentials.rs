//! Who a phone is, what it may send, and what it leaves behind.

use super::{now, pair, phone, post, posted, sms, take};
use crate::stack::Stack;
use domain::ErrorCode;
use hmac::{Hmac, KeyInit as _, Mac as _};
use proto::mail::SignatureScheme;
use proto::mail::delivered::Answer;
use proto::{Fault, mail};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

fn mac(key: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_phone_whose_app_signs_is_let_in_by_its_signature_alone() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::StampedHmac).await;
    let body = sms("10.00", "631234568201", now()).to_string();
    let stamp = now().as_second().to_string();
    let signed = |credential: &str, key: &str, stamp: &str| mail::TakeSmsRequest {
        signature: mac(key, &[body.as_bytes(), stamp.as_bytes()]),
        timestamp: stamp.to_owned(),
        ..posted(credential, &body)
    };
    let old = (now().as_second() - 400).to_string();
    for refused in [
        // Whoever has the token alone.
        posted(&phone.token, &body),
        posted(&phone.id, &body),
        signed(&phone.id, "another key", &stamp),
        signed(&phone.id, &phone.key, &old),
        signed(&Uuid::now_v7().to_string(), &phone.key, &stamp),
        mail::TakeSmsRequest {
            body: body.replace("10.00", "90.00").into_bytes(),
            ..signed(&phone.id, &phone.key, &stamp)
        },
    ] {
        assert_eq!(
            take(&stack, refused).await.unwrap().answer(),
            Answer::BadCredential
        );
    }
    for credential in [&phone.id, &phone.token] {
        let taken = take(&stack, signed(credential, &phone.key, &stamp)).await;
        assert_eq!(taken.unwrap().answer(), Answer::Taken);
    }
    stack.observed(1).await;
    // Its ping is a sign of life, and must be signed as well.
    let ping = r#"{"event":"system:ping","payload":{}}"#;
    let beat = mail::TakeSmsRequest {
        signature: mac(&phone.key, &[ping.as_bytes(), stamp.as_bytes()]),
        timestamp: stamp.clone(),
        ..posted(&phone.id, ping)
    };
    let before = stack.watermarks().await.len();
    assert_eq!(take(&stack, beat).await.unwrap().answer(), Answer::Taken);
    assert_eq!(stack.watermarks().await.len(), before + 1);
    let unsigned = take(&stack, posted(&phone.id, ping)).await.unwrap();
    assert_eq!(unsigned.answer(), Answer::BadCredential);
    // A phone without a scheme is nobody by its id.
    let plain = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Phone.into(),
        name: "Other".to_owned(),
        scheme: SignatureScheme::Unspecified.into(),
    };
    let plain = stack.client().add_push_source(stack.call(plain)).await;
    let id = plain.unwrap().into_inner().mailbox.unwrap().id;
    let named = take(&stack, signed(&id, "", &stamp)).await.unwrap();
    assert_eq!(named.answer(), Answer::BadCredential);
}

#[tokio::test]
async fn bad_bodies_are_named_and_write_nothing() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let one = sms("1.00", "631234568301", now());
    let many = Value::from(vec![one; 10_000]).to_string();
    for body in [b"".as_slice(), b" ", b"\xff\xfe\0", many.as_bytes()] {
        let request = mail::TakeSmsRequest {
            body: body.to_vec(),
            ..posted(&phone.token, "")
        };
        let fault = Fault::from(take(&stack, request).await.unwrap_err());
        assert_eq!(
            (fault.code, fault.field.as_deref()),
            (ErrorCode::Invalid, Some("body"))
        );
    }
    assert!(stack.messages().await.is_empty() && stack.observations().await.is_empty());
    for body in [
        json!({}),
        json!([]),
        json!({ "event": "sms:sent", "payload": {} }),
    ] {
        assert_eq!(
            post(&stack, &phone, &body).await,
            [pair("ignored", "no_message")]
        );
    }
}

#[tokio::test]
async fn a_removed_device_names_what_it_vouched_for() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    for n in 1..=3 {
        let told = sms("1.00", &format!("63123456840{n}"), now());
        assert_eq!(post(&stack, &phone, &told).await, [pair("recorded", "")]);
    }
    let seen = stack.observed(3).await;
    let removed = stack
        .set_state(&phone.id, mail::MailboxState::Removed)
        .await;
    let mut named = removed.recorded_observation_ids;
    let mut expected: Vec<String> = seen.iter().map(|o| o.observation_id.to_string()).collect();
    named.sort();
    expected.sort();
    assert_eq!(named, expected);
    let after = take(&stack, posted(&phone.token, "{}")).await.unwrap();
    assert_eq!(after.answer(), Answer::BadCredential);
    assert!(!stack.source_changes().await.pop().unwrap().counting);
}
