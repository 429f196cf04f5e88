//! Who may post.

use super::{TO, channel, delivered, heartbeat};
use crate::bank::{alert, signed};
use crate::stack::Stack;
use domain::ErrorCode;
use proto::mail::delivered::Answer;
use proto::{Fault, mail};
use uuid::Uuid;

#[tokio::test]
async fn only_the_newest_token_of_a_source_that_may_push_opens_it() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let raw = signed(&alert(TO, "124345678901"));
    let answer = async |token: &str| delivered(&stack, token, &raw).await.answer();
    for wrong in ["", "x", &channel.id, &"a".repeat(5_000)] {
        assert_eq!(answer(wrong).await, Answer::BadCredential);
        assert_eq!(heartbeat(&stack, wrong).await, Answer::BadCredential);
    }
    let rotate = mail::RotateTokenRequest {
        mailbox_id: channel.id.clone(),
    };
    let strangers = stack.call_as(Uuid::now_v7(), rotate.clone());
    let fault = Fault::from(stack.client().rotate_token(strangers).await.unwrap_err());
    assert_eq!(fault.code, ErrorCode::NotFound);
    let rotated = stack.client().rotate_token(stack.call(rotate)).await;
    let token = rotated.unwrap().into_inner().token;
    assert_eq!(answer(&channel.token).await, Answer::BadCredential);

    stack
        .set_state(&channel.id, mail::MailboxState::Paused)
        .await;
    assert_eq!(answer(&token).await, Answer::Paused);
    assert_eq!(heartbeat(&stack, &token).await, Answer::Paused);
    stack
        .set_state(&channel.id, mail::MailboxState::Active)
        .await;
    assert_eq!(answer(&token).await, Answer::Taken);
    stack
        .set_state(&channel.id, mail::MailboxState::Removed)
        .await;
    assert_eq!(answer(&token).await, Answer::BadCredential);
    let counting: Vec<bool> = stack
        .source_changes()
        .await
        .iter()
        .map(|c| c.counting)
        .collect();
    assert_eq!(counting, [true, false, true, false]);
    // Its name is free again.
    self::channel(&stack, "Forwarded").await;
}

#[tokio::test]
async fn a_name_is_given_once_and_a_mailbox_that_is_read_has_no_token() {
    let stack = Stack::start().await;
    channel(&stack, "Forwarded").await;
    let again = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Phone.into(),
        name: "Forwarded".to_owned(),
        scheme: mail::SignatureScheme::Unspecified.into(),
    };
    let again = stack.client().add_push_source(stack.call(again)).await;
    assert_eq!(Fault::from(again.unwrap_err()).code, ErrorCode::Conflict);
    let mailbox = testkit::TestMailbox::new().await;
    let mailbox_id = stack.add(crate::stack::added(&mailbox)).await;
    let rotate = stack.call(mail::RotateTokenRequest { mailbox_id });
    let refused = stack.client().rotate_token(rotate).await;
    assert_eq!(
        Fault::from(refused.unwrap_err()).code,
        ErrorCode::WrongState
    );
}
