//! Passwords and refresh tokens that are refused, and those that replace them.

use crate::bank::{self, alert, signed};
use crate::fake_imap::FakeImap;
use crate::provider::TokenProvider;
use crate::sql;
use crate::stack::{Stack, added};
use domain::{Clock, ErrorCode};
use proto::mail::MailboxState;
use proto::{Fault, mail};
use runtime::Shutdown;
use std::sync::atomic::Ordering;
use testkit::{TestMailbox, wait};
use uuid::Uuid;

async fn given_up(stack: &Stack, id: &str) -> mail::Mailbox {
    wait::until(wait::PATIENCE, async || {
        let found = stack.mailbox(id).await;
        if found.state() == MailboxState::AuthFailed {
            Ok(found)
        } else {
            Err(found.last_error)
        }
    })
    .await
}

/// Waits until nobody holds the mailbox, so that nobody tries to read it.
async fn let_go(stack: &Stack, id: &str) {
    let held = format!(
        "SELECT name AS t FROM mail.leases WHERE name = 'mailbox:{id}' AND held_until > clock_timestamp()"
    );
    wait::until(wait::PATIENCE, async || {
        let held = sql::texts(&stack.db, &held).await;
        if held.is_empty() { Ok(()) } else { Err(held) }
    })
    .await;
}

fn with_password(mailbox_id: &str, password: &str) -> mail::SetLoginRequest {
    mail::SetLoginRequest {
        mailbox_id: mailbox_id.to_owned(),
        password: password.to_owned(),
        refresh_token: String::new(),
    }
}

async fn set_login(stack: &Stack, request: mail::SetLoginRequest) -> Result<mail::Mailbox, Fault> {
    let set = stack.client().set_login(stack.call(request)).await;
    set.map(tonic::Response::into_inner).map_err(Fault::from)
}

#[tokio::test]
async fn a_wrong_password_stops_after_three_attempts() {
    let stack = Stack::start().await;
    let server = FakeImap::refusing();
    let mailbox = TestMailbox::new().await;
    let before = Clock::new().now();
    let request = mail::AddMailboxRequest {
        port: server.port.into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    let failed = given_up(&stack, &id).await;
    assert_eq!(failed.last_error, "login");
    assert!(failed.advice.contains("set-password"), "{}", failed.advice);
    let since = proto::convert::parse_timestamp(failed.failing_since.as_ref()).unwrap();
    assert!((before..=Clock::new().now()).contains(&since), "{since}");
    assert!(failed.watermark.is_none());
    // It still counts: its accounts are blind, not witnessless.
    let counting = async || {
        let changes = stack.source_changes().await.into_iter();
        changes.map(|c| c.counting).collect::<Vec<_>>()
    };
    assert_eq!(counting().await, [true]);

    // Nobody tries any more: neither this process, which reads others, nor one that starts now.
    let_go(&stack, &id).await;
    let other = Shutdown::new();
    stack.replica(&other).await;
    for _ in 0..2 {
        let watched = stack.watch(&TestMailbox::new().await).await;
        stack.caught_up(&watched.id).await;
    }
    assert_eq!(server.logins.load(Ordering::SeqCst), 3);
    other.begin();

    // Resumed, it is tried three times more.
    let resumed = stack.set_state(&id, MailboxState::Active).await;
    assert_eq!((resumed.failing_since, resumed.advice.as_str()), (None, ""));
    given_up(&stack, &id).await;
    let_go(&stack, &id).await;
    assert_eq!(server.logins.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_new_password_lets_the_mailbox_be_read_on() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let request = mail::AddMailboxRequest {
        password: "wrong".to_owned(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "582345678901")))
        .await;
    given_up(&stack, &id).await;
    // As wrong as the one before: given up again.
    let tried = set_login(&stack, with_password(&id, "wrong as well")).await;
    assert_eq!(tried.unwrap().state(), MailboxState::Active);
    given_up(&stack, &id).await;

    let right = set_login(&stack, with_password(&id, mailbox.password())).await;
    assert_eq!(right.unwrap().state(), MailboxState::Active);
    // What came meanwhile is read, into the same account.
    assert_eq!(stack.observed(1).await[0].reference, "582345678901");
    stack.caught_up(&id).await;
    let found = stack.mailbox(&id).await;
    assert_eq!((found.last_error.as_str(), found.failing_since), ("", None));
    assert_eq!(stack.source_changes().await.len(), 1);
}

#[tokio::test]
async fn a_new_refresh_token_lets_the_mailbox_be_read_on() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, false).await;
    *provider.answers.valid.lock().unwrap() = "refresh-1".to_owned();
    let id = stack.add(provider.added(&mailbox)).await;
    let failed = given_up(&stack, &id).await;
    assert_eq!(failed.last_error, "token");
    assert!(
        failed.advice.contains("--refresh-token-file"),
        "{}",
        failed.advice
    );
    let request = mail::SetLoginRequest {
        refresh_token: "refresh-1".to_owned(),
        ..with_password(&id, "")
    };
    set_login(&stack, request).await.unwrap();
    stack.caught_up(&id).await;
    let stored = "SELECT encode(sealed_refresh_token, 'escape') AS t FROM mail.mailbox_tokens";
    assert!(!sql::texts(&stack.db, stored).await[0].contains("refresh-1"));
}

#[tokio::test]
async fn a_login_is_replaced_by_its_owner_and_by_its_own_kind_alone() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let id = stack.add(added(&mailbox)).await;
    stack.set_state(&id, MailboxState::Paused).await;
    let token = |id: &str, token: &str| mail::SetLoginRequest {
        refresh_token: token.to_owned(),
        ..with_password(id, "")
    };
    let both = mail::SetLoginRequest {
        password: "x".to_owned(),
        ..token(&id, "x")
    };
    for (request, field) in [
        (with_password(&id, ""), "password"),
        (with_password(&id, "a\r\nb"), "password"),
        (with_password("7", "x"), "mailbox_id"),
        (token(&id, "x"), "refresh_token"),
        (token(&id, "a\nb"), "refresh_token"),
        (both, "password"),
    ] {
        let fault = set_login(&stack, request).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.field.as_deref()),
            (ErrorCode::Invalid, Some(field))
        );
    }
    let foreign = stack.call_as(Uuid::now_v7(), with_password(&id, "x"));
    let refused = stack.client().set_login(foreign).await.unwrap_err();
    assert_eq!(Fault::from(refused).code, ErrorCode::NotFound);
    // A person's pause stays.
    let set = set_login(&stack, with_password(&id, mailbox.password())).await;
    assert_eq!(set.unwrap().state(), MailboxState::Paused);
    stack.set_state(&id, MailboxState::Removed).await;
    let removed = set_login(&stack, with_password(&id, "x")).await;
    assert_eq!(removed.unwrap_err().code, ErrorCode::WrongState);
    let pushes = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Http.into(),
        name: "Forwarded".to_owned(),
        scheme: mail::SignatureScheme::Unspecified.into(),
    };
    let pushes = stack.client().add_push_source(stack.call(pushes)).await;
    let pushes = pushes.unwrap().into_inner().mailbox.unwrap().id;
    let refused = set_login(&stack, with_password(&pushes, "x")).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::WrongState);
}
