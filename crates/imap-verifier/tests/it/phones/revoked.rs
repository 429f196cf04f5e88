//! A phone that was lost or stolen: its word is taken back.

use super::{Phone, now, pair, phone, post, posted, sms, take};
use crate::stack::Stack;
use domain::ErrorCode;
use domain::event::ObservationsDoubted;
use jiff::{SignedDuration, Timestamp};
use proto::mail::SignatureScheme;
use proto::mail::delivered::Answer;
use proto::{Fault, convert, mail};
use serde_json::Value;
use std::collections::BTreeSet;
use testkit::TestMailbox;

async fn revoke(stack: &Stack, id: &str, since: Option<Timestamp>) -> Result<mail::Mailbox, Fault> {
    let request = mail::RevokeDeviceRequest {
        mailbox_id: id.to_owned(),
        since: since.map(convert::timestamp),
        reason: " stolen \n on the train".to_owned(),
    };
    let answer = stack.client().revoke_device(stack.call(request)).await;
    answer.map(tonic::Response::into_inner).map_err(Fault::from)
}

/// So many payments of a rupee each, told at once.
async fn told(stack: &Stack, phone: &Phone, from: usize, count: usize) {
    let at = now();
    let one = |n: usize| sms("1.00", &format!("{}", 661_234_560_000 + n), at);
    let batch: Vec<Value> = (from..from + count).map(one).collect();
    let verdicts = post(stack, phone, &Value::from(batch)).await;
    assert_eq!(verdicts, vec![pair("recorded", ""); count]);
}

fn ids(doubts: &[ObservationsDoubted]) -> BTreeSet<String> {
    let all = doubts.iter().flat_map(|d| &d.observation_ids);
    all.map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_revoked_device_doubts_what_it_vouched_for_by_the_hundred() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    told(&stack, &phone, 0, 100).await;
    told(&stack, &phone, 100, 3).await;
    let seen = stack.observed(103).await;
    let expected: BTreeSet<String> = seen.iter().map(|o| o.observation_id.to_string()).collect();
    let revoked = revoke(&stack, &phone.id, None).await.unwrap();
    assert_eq!(revoked.state(), mail::MailboxState::Removed);
    let named: BTreeSet<String> = revoked.recorded_observation_ids.into_iter().collect();
    assert_eq!(named, expected);
    let doubts = stack.doubts().await;
    let mut sizes: Vec<usize> = doubts.iter().map(|d| d.observation_ids.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [3, 100]);
    assert_eq!(ids(&doubts), expected);
    for doubt in &doubts {
        assert_eq!(doubt.source_id.to_string(), phone.id);
        assert_eq!(doubt.merchant_id.uuid(), stack.merchant);
        assert!(doubt.live);
        let reason = doubt.reason.as_ref().unwrap();
        assert_eq!(reason.as_str(), "stolen on the train");
    }
    // It is nobody's witness any more, and what it says is refused.
    assert!(!stack.source_changes().await.pop().unwrap().counting);
    let after = take(&stack, posted(&phone.token, "{}")).await.unwrap();
    assert_eq!(after.answer(), Answer::BadCredential);
    // Again: the same is said again.
    revoke(&stack, &phone.id, None).await.unwrap();
    let again = stack.doubts().await;
    assert_eq!((again.len(), ids(&again)), (4, expected));
    assert_eq!(stack.source_changes().await.len(), 2, "bound, and removed");
}

#[tokio::test]
async fn a_device_that_is_removed_is_doubted_only_once_it_is_revoked() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    told(&stack, &phone, 200, 2).await;
    stack.observed(2).await;
    let removed = stack
        .set_state(&phone.id, mail::MailboxState::Removed)
        .await;
    assert_eq!(removed.recorded_observation_ids.len(), 2);
    assert!(stack.doubts().await.is_empty(), "retired, and believed");
    let revoked = revoke(&stack, &phone.id, None).await.unwrap();
    assert_eq!(revoked.recorded_observation_ids.len(), 2);
    assert_eq!(ids(&stack.doubts().await).len(), 2);
}

#[tokio::test]
async fn what_a_device_said_before_the_given_moment_is_believed() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    told(&stack, &phone, 300, 1).await;
    let between = now();
    told(&stack, &phone, 301, 1).await;
    let seen = stack.observed(2).await;
    revoke(&stack, &phone.id, Some(between)).await.unwrap();
    let later = BTreeSet::from([seen[1].observation_id.to_string()]);
    assert_eq!(ids(&stack.doubts().await), later);
    // A second look goes further back, as far as anybody may ask.
    revoke(&stack, &phone.id, Some(Timestamp::MIN))
        .await
        .unwrap();
    assert_eq!(ids(&stack.doubts().await).len(), 2);
}

#[tokio::test]
async fn only_phones_are_revoked_and_only_for_a_reason() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let code = |answer: Result<mail::Mailbox, Fault>| answer.unwrap_err().code;
    let read = revoke(&stack, &watched.id, None).await;
    assert_eq!(code(read), ErrorCode::WrongState);
    let nobody = revoke(&stack, &stack.merchant.to_string(), None).await;
    assert_eq!(code(nobody), ErrorCode::NotFound);
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let tomorrow = now() + SignedDuration::from_hours(24);
    let ahead = revoke(&stack, &phone.id, Some(tomorrow)).await.unwrap_err();
    assert_eq!(ahead.field.as_deref(), Some("since"));
    let silent = mail::RevokeDeviceRequest {
        mailbox_id: phone.id.clone(),
        since: None,
        reason: " ".to_owned(),
    };
    let refused = stack.client().revoke_device(stack.call(silent)).await;
    let fault = Fault::from(refused.unwrap_err());
    assert_eq!(fault.field.as_deref(), Some("reason"));
    let left = stack.mailbox(&phone.id).await;
    assert_eq!(left.state(), mail::MailboxState::Active);
    assert!(stack.doubts().await.is_empty());
}

/// It is stored before the revocation, which then names it, or not at all.
#[tokio::test]
async fn what_a_device_says_while_it_is_revoked_is_doubted_or_not_said() {
    let stack = Stack::start().await;
    for round in 0..6 {
        let made = phone(&stack, SignatureScheme::Unspecified).await;
        let tell = async |n: usize| {
            let utr = format!("{}", 671_234_560_000_usize + round * 10 + n);
            let body = sms("1.00", &utr, now()).to_string();
            // Refused or taken: both are right.
            drop(take(&stack, posted(&made.token, &body)).await);
        };
        let (revoked, ..) = tokio::join!(
            revoke(&stack, &made.id, None),
            tell(0),
            tell(1),
            tell(2),
            tell(3)
        );
        revoked.unwrap();
        let said = stack.observations().await.into_iter();
        let said = said.filter(|o| o.source_id.to_string() == made.id);
        let said: BTreeSet<String> = said.map(|o| o.observation_id.to_string()).collect();
        assert!(said.is_subset(&ids(&stack.doubts().await)), "{said:?}");
    }
}
