//! What a phone may vouch for.

use super::{APP, app_phone, now, pair, phone, post, shown, sms};
use crate::stack::Stack;
use domain::evidence::{DEVICE, Strength};
use domain::{ErrorCode, Money};
use jiff::{SignedDuration, Timestamp};
use proto::mail::SignatureScheme;
use proto::{Fault, mail};
use serde_json::{Value, json};
use uuid::Uuid;

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
