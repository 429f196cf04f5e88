//! What phones forward, from where the gateway hands it on.

use crate::bank;
use crate::stack::Stack;
use domain::evidence::{DEVICE, Strength};
use domain::india::to_india;
use domain::{Clock, ErrorCode, Money};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use proto::mail::SignatureScheme;
use proto::mail::delivered::Answer;
use proto::{Fault, mail};
use runtime::internal::CallContext;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

const APP: &str = "test.examplebank.business";

struct Phone {
    id: String,
    token: String,
    key: String,
    account: Uuid,
}

/// A phone with an account bound to it by the bank's SMS.
async fn phone(stack: &Stack, scheme: SignatureScheme) -> Phone {
    bound(stack, scheme, bank::TAIL, &[]).await
}

/// A phone with an account bound to it by a business app.
async fn app_phone(stack: &Stack) -> Phone {
    bound(stack, SignatureScheme::Unspecified, "", &[APP]).await
}

async fn bound(stack: &Stack, scheme: SignatureScheme, tail: &str, apps: &[&str]) -> Phone {
    let request = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Phone.into(),
        name: "Counter".to_owned(),
        scheme: scheme.into(),
    };
    let made = stack.client().add_push_source(stack.call(request)).await;
    let made = made.unwrap().into_inner();
    let (id, account) = (made.mailbox.unwrap().id, Uuid::now_v7());
    let request = mail::BindRequest {
        mailbox_id: id.clone(),
        account_id: account.to_string(),
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: tail.to_owned(),
        payee_vpa: String::new(),
        registered_addresses: Vec::new(),
        apps: apps.iter().map(|a| (*a).to_owned()).collect(),
    };
    stack.client().bind(stack.call(request)).await.unwrap();
    Phone {
        id,
        token: made.token,
        key: made.signing_key,
        account,
    }
}

fn posted(credential: &str, body: &str) -> mail::TakeSmsRequest {
    mail::TakeSmsRequest {
        credential: credential.to_owned(),
        content_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
        ..mail::TakeSmsRequest::default()
    }
}

async fn take(
    stack: &Stack,
    request: mail::TakeSmsRequest,
) -> Result<mail::Delivered, tonic::Status> {
    let context = CallContext {
        merchant: None,
        live: None,
        actor: "public".to_owned(),
        request_id: "test".to_owned(),
    };
    let answer = stack.client().take_sms(context.request(request)).await?;
    Ok(answer.into_inner())
}

/// Verdict and reason of each message.
async fn post(stack: &Stack, phone: &Phone, body: &Value) -> Vec<(String, String)> {
    let request = posted(&phone.token, &body.to_string());
    let answer = take(stack, request).await.unwrap();
    assert_eq!(answer.answer(), Answer::Taken);
    let verdicts = answer.verdicts.into_iter();
    verdicts.map(|v| (v.verdict, v.reason)).collect()
}

fn now() -> Timestamp {
    Clock::new().now()
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

/// An SMS of the demo bank about the bound account, as Incoming SMS Gateway sends it.
fn sms(rupees: &str, utr: &str, at: Timestamp) -> Value {
    let (tail, printed) = (
        bank::TAIL,
        to_india(at).strftime("%d-%m-%y %H:%M").to_string(),
    );
    json!({
        "from": "VM-EXBANK-S",
        "text": format!("Rs.{rupees} credited to A/c XX{tail} on {printed} by UPI from asha@okbank. Ref {utr} -Example Bank"),
        "sentStamp": at.as_millisecond(),
        "receivedStamp": at.as_millisecond() + 900,
        "sim": "sim1",
    })
}

/// A notification, which prints neither time nor reference.
fn shown(rupees: &str, at: Timestamp) -> Value {
    json!({
        "from": "Example",
        "text": format!("Received ₹{rupees} from ASHA RAO"),
        "sentStamp": at.as_millisecond(),
        "package": APP,
    })
}

#[tokio::test]
async fn an_sms_of_a_bank_becomes_one_observation_on_the_phones_word() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let told = sms("499.00", "631234567801", now());
    assert_eq!(post(&stack, &phone, &told).await, [pair("recorded", "")]);
    assert_eq!(post(&stack, &phone, &told).await, [pair("duplicate", "")]);

    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.account_id.uuid(), phone.account);
    assert_eq!(seen.source_id.to_string(), phone.id);
    assert_eq!(seen.merchant_id.uuid(), stack.merchant);
    assert_eq!((seen.source_seq, seen.live), (2, true));
    assert_eq!(
        (seen.reference.as_str(), seen.strength),
        ("631234567801", Strength::Strong)
    );
    assert_eq!(seen.amount, Money::inr(49_900));
    assert_eq!(
        (seen.proof.method.as_str(), seen.proof.domain.as_str()),
        (DEVICE, "EXBANK")
    );
    assert_eq!(seen.proof.rule_id, "EXAMPLEBANK/sms-upi-credit");
    let logged = stack.messages().await.remove(0);
    assert_eq!(
        (logged.sender.as_str(), logged.bank.as_str()),
        ("VM-EXBANK-S", "EXAMPLEBANK")
    );
    assert!(!format!("{logged:?}").contains(&phone.token));
    // It was a sign of life.
    assert_eq!(stack.watermarks().await.pop().unwrap().last_seq, 2);
}

#[tokio::test]
async fn a_replayed_sms_counter_is_refused() {
    let stack = Stack::start().await;
    let phone = app_phone(&stack).await;
    let with_id = |at: Timestamp, id: &str| {
        let mut told = shown("10", at);
        told["id"] = json!(id);
        told
    };
    let at = now();
    let later = at + SignedDuration::from_secs(2);
    assert_eq!(
        post(&stack, &phone, &with_id(at, "7")).await,
        [pair("recorded", "")]
    );
    // The same number with another time, and the same time with another number.
    for again in [with_id(later, "7"), with_id(at, "8"), shown("10", at)] {
        assert_eq!(post(&stack, &phone, &again).await, [pair("duplicate", "")]);
    }
    // Another payment of the same amount by the same payer.
    assert_eq!(
        post(&stack, &phone, &with_id(later, "9")).await,
        [pair("recorded", "")]
    );
    let seen = stack.observed(2).await;
    assert!(seen.iter().all(|o| o.strength == Strength::Provisional));
    assert_ne!(seen[0].reference, seen[1].reference);
    assert_eq!(seen[0].proof.domain, APP);
}

#[tokio::test]
async fn a_stamp_beyond_skew_or_age_is_refused_with_a_reason() {
    let stack = Stack::with(|v| {
        v.insert("NOXPAY_SMS_AGE_MS", "3600000".to_owned());
        v.insert("NOXPAY_SMS_SKEW_MS", "60000".to_owned());
    })
    .await;
    let phone = app_phone(&stack).await;
    let at = |minutes| now() + SignedDuration::from_mins(minutes);
    let batch = json!([shown("1", at(-61)), shown("2", at(-59)), shown("3", at(2)),]);
    let verdicts = [
        pair("refused", "stamp_too_old"),
        pair("recorded", ""),
        pair("refused", "stamp_in_future"),
    ];
    assert_eq!(post(&stack, &phone, &batch).await, verdicts);
    assert_eq!(stack.observed(1).await[0].amount, Money::inr(200));
}

#[tokio::test]
async fn what_a_device_may_not_vouch_for_is_shown_and_settles_nothing() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let listed = stack.mailbox(&phone.id).await;
    assert_eq!(
        (listed.per_payment_minor, listed.per_day_minor),
        (200_000, 2_500_000)
    );
    let limits = mail::SetLimitsRequest {
        mailbox_id: phone.id.clone(),
        per_payment_minor: 50_000,
        per_day_minor: 70_000,
    };
    let strangers = stack.call_as(Uuid::now_v7(), limits.clone());
    let fault = Fault::from(stack.client().set_limits(strangers).await.unwrap_err());
    assert_eq!(fault.code, ErrorCode::NotFound);
    stack.client().set_limits(stack.call(limits)).await.unwrap();

    let over = pair("unsure", "over_device_limit");
    let utr = |n: u32| format!("6312345679{n:02}");
    let told = async |rupees: &str, n: u32| {
        let told = sms(rupees, &utr(n), now());
        post(&stack, &phone, &told).await.remove(0)
    };
    assert_eq!(told("500.01", 1).await, over);
    assert_eq!(told("500.00", 2).await, pair("recorded", ""));
    assert_eq!(told("200.01", 3).await, over);
    assert_eq!(told("200.00", 4).await, pair("recorded", ""));
    assert_eq!(told("0.01", 5).await, over);
    // At once as well: the day's sum is taken under a lock.
    let batch: Vec<Value> = (10..20).map(|n| sms("1.00", &utr(n), now())).collect();
    assert!(
        post(&stack, &phone, &json!(batch))
            .await
            .iter()
            .all(|v| *v == over)
    );
    // The next day there is room again.
    stack.db.advance_clock(SignedDuration::from_hours(25)).await;
    testkit::wait::until(testkit::wait::PATIENCE, async || {
        let tomorrow = now() + SignedDuration::from_hours(25);
        let told = sms(
            "100.00",
            &Uuid::new_v4().as_u128().to_string()[..12],
            tomorrow,
        );
        match post(&stack, &phone, &told).await.remove(0) {
            recorded if recorded == pair("recorded", "") => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let log = stack.messages().await;
    let shown = log
        .iter()
        .find(|m| m.reason == "over_device_limit")
        .unwrap();
    assert!(shown.facts.contains("amount_minor") && shown.observation_id.is_empty());
}

#[tokio::test]
async fn the_owners_word_makes_a_header_a_banks() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let mut told = sms("10.00", "631234568001", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(
        post(&stack, &phone, &told).await,
        [pair("unsure", "unknown_sender")]
    );
    let trust = |header: &str, bank: &str| mail::TrustHeaderRequest {
        mailbox_id: phone.id.clone(),
        header: header.to_owned(),
        bank: bank.to_owned(),
    };
    for (request, field) in [
        (trust("+919876543210", "EXAMPLEBANK"), "header"),
        (trust("Asha Rao", "EXAMPLEBANK"), "header"),
        (trust("HDFCBK", "EXAMPLEBANK"), "header"),
        (trust("NEWBNK", "NOBANK"), "bank"),
    ] {
        let refused = stack.client().trust_header(stack.call(request)).await;
        let fault = Fault::from(refused.unwrap_err());
        assert_eq!(fault.field.as_deref(), Some(field));
    }
    let good = trust("vm-newbnk-s", "examplebank");
    stack.client().trust_header(stack.call(good)).await.unwrap();
    // The one that waited is evidence now, once.
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(
        (seen.reference.as_str(), seen.proof.domain.as_str()),
        ("631234568001", "NEWBNK")
    );
    assert_eq!(stack.verdicts(1).await, [pair("recorded", "")]);
    assert_eq!(post(&stack, &phone, &told).await, [pair("duplicate", "")]);
    let again = trust("NEWBNK", "EXAMPLEBANK");
    stack
        .client()
        .trust_header(stack.call(again))
        .await
        .unwrap();
    let mut told = sms("10.00", "631234568002", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(post(&stack, &phone, &told).await, [pair("recorded", "")]);
    let seen = stack.observed(2).await;
    assert_eq!([seen[0].source_seq, seen[1].source_seq], [2, 3]);
    let listed = stack.mailbox(&phone.id).await.trusted_headers;
    assert_eq!(
        (listed[0].header.as_str(), listed[0].bank.as_str()),
        ("NEWBNK", "EXAMPLEBANK")
    );
}

#[tokio::test]
async fn codes_debits_and_private_messages_leave_no_trace() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let from = |sender: &str, text: &str| json!({ "from": sender, "text": text });
    let batch = json!([
        from(
            "VM-EXBANK-S",
            "482910 is the OTP for Rs.499.00 at Example Bank"
        ),
        from(
            "VM-EXBANK-S",
            "Rs.5.00 debited from A/c XX4821 on 14-06-26 18:22 by UPI to a@b. Ref 084701812319 -Example Bank"
        ),
        from("+919876543210", "shall we meet at 5?"),
        from("VM-EXBANK-S", "Happy Diwali"),
    ]);
    let verdicts = post(&stack, &phone, &batch).await;
    assert!(verdicts.iter().all(|(v, _)| v == "ignored"), "{verdicts:?}");
    assert!(stack.messages().await.is_empty());
    // Money that a number tells of is shown, and pays nothing.
    let mut told = sms("10.00", "631234568101", now());
    told["from"] = json!("+919876543210");
    assert_eq!(
        post(&stack, &phone, &told).await,
        [pair("refused", "phone_number_sender")]
    );
    assert_eq!(
        stack.verdicts(1).await,
        [pair("refused", "phone_number_sender")]
    );
    assert!(stack.observations().await.is_empty());
}

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

#[tokio::test]
async fn the_log_names_the_channel_and_says_why_and_no_rule_is_tried_on_an_sms() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let mut told = sms("10.00", "641234568001", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(
        post(&stack, &phone, &told).await,
        [pair("unsure", "unknown_sender")]
    );
    let logged = stack.messages().await.remove(0);
    assert_eq!(logged.channel, "phone");
    assert!(logged.reason_words.contains("trust-header"));
    assert!(!logged.body_kept);
    let run = crate::rules::dry_run(&stack).await;
    assert_eq!((run.mails.len(), run.not_kept), (0, 0));
}
