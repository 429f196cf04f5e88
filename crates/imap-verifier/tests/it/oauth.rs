use crate::bank::{self, alert, signed};
use crate::provider::{SECRET, TokenProvider};
use crate::stack::{Stack, added};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use domain::ErrorCode;
use proto::{Fault, mail};
use std::sync::atomic::Ordering;
use std::time::Duration;
use testkit::{ChaosProxy, TestMailbox, wait};

/// Adds the mailbox with the provider's tokens, reached through `proxy`, and binds an account to it.
async fn watch(
    stack: &Stack,
    mailbox: &TestMailbox,
    provider: &TokenProvider,
    proxy: &ChaosProxy,
) -> String {
    let request = mail::AddMailboxRequest {
        port: proxy.address().port().into(),
        ..provider.added(mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    id
}

#[tokio::test]
async fn a_mailbox_is_read_with_access_tokens() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, false).await;
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let id = watch(&stack, &mailbox, &provider, &proxy).await;
    stack.caught_up(&id).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "512345678901")))
        .await;
    stack.observed(1).await;
    assert_eq!(stack.mailbox(&id).await.login, "oauth2");
    // A token is kept as long as it lasts.
    proxy.cut();
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "512345678902")))
        .await;
    stack.observed(2).await;
    assert_eq!(provider.asked(), 1);

    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let mut conn = stack.db.admin().await;
    let stored: Vec<Row> = diesel::sql_query(
        "SELECT encode(sealed_refresh_token || sealed_client_secret, 'escape') || m::text AS row \
         FROM mail.mailbox_tokens t JOIN mail.mailboxes m ON m.id = t.mailbox_id",
    )
    .load(&mut conn)
    .await
    .unwrap();
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].row.contains("refresh-0") && !stored[0].row.contains(SECRET));
}

#[tokio::test]
async fn a_replaced_refresh_token_is_used_from_then_on() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, true).await;
    // Over at once: each connection fetches another, each with the refresh token that the last one brought.
    provider.answers.said_s.store(0, Ordering::SeqCst);
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let id = watch(&stack, &mailbox, &provider, &proxy).await;
    for n in 1..=3 {
        mailbox
            .deliver(&signed(&alert(
                mailbox.address(),
                &format!("52234567890{n}"),
            )))
            .await;
        stack.observed(n).await;
        proxy.cut();
    }
    assert!(provider.asked() >= 3);
    assert_eq!(stack.mailbox(&id).await.state(), mail::MailboxState::Active);
}

#[tokio::test]
async fn a_refused_refresh_token_counts_as_a_wrong_password() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, false).await;
    *provider.answers.valid.lock().unwrap() = "another".to_owned();
    let id = stack.add(provider.added(&mailbox)).await;
    let failed = wait::until(wait::PATIENCE, async || {
        let found = stack.mailbox(&id).await;
        if found.state() == mail::MailboxState::AuthFailed {
            Ok(found)
        } else {
            Err(found.last_error)
        }
    })
    .await;
    assert_eq!(failed.last_error, "token");
    assert_eq!(provider.asked(), 3);
    let request = mail::TestMailboxRequest { mailbox_id: id };
    let tried = stack.client().test_mailbox(stack.call(request)).await;
    let tried = tried.unwrap().into_inner();
    assert_eq!((tried.ok, tried.failed_step.as_str()), (false, "token"));
    assert!(tried.advice.contains("consent"), "{}", tried.advice);
}

#[tokio::test]
async fn a_withdrawn_access_token_is_replaced_once() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, false).await;
    // It lives shorter than is said.
    provider.answers.lives_s.store(2, Ordering::SeqCst);
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let id = watch(&stack, &mailbox, &provider, &proxy).await;
    stack.caught_up(&id).await;
    provider.answers.lives_s.store(3600, Ordering::SeqCst);
    wait::until(wait::PATIENCE, async || {
        if provider.asked() > 1 {
            return Ok(());
        }
        proxy.cut();
        // Long enough to log in again.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err("the first token is still good")
    })
    .await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "532345678901")))
        .await;
    stack.observed(1).await;
    let found = stack.mailbox(&id).await;
    assert_eq!(found.state(), mail::MailboxState::Active);
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn wrong_fields_of_a_login_are_named() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let provider = TokenProvider::start(&mailbox, false).await;
    let good = provider.added(&mailbox);
    let with = |change: fn(&mut mail::OAuth2)| {
        let mut request = good.clone();
        change(request.oauth2.as_mut().unwrap());
        request
    };
    let both = mail::AddMailboxRequest {
        password: "x".to_owned(),
        ..good.clone()
    };
    for (field, request) in [
        ("password", both),
        ("oauth2", with(|o| o.provider = "yahoo".to_owned())),
        ("token_url", with(|o| o.token_url = String::new())),
        (
            "token_url",
            with(|o| o.token_url = "http://192.168.1.1/token".to_owned()),
        ),
        (
            "token_url",
            with(|o| o.token_url = "file:///etc/passwd".to_owned()),
        ),
        ("client_id", with(|o| o.client_id = String::new())),
        (
            "refresh_token",
            with(|o| o.refresh_token = "a\u{1}b".to_owned()),
        ),
        ("refresh_token", with(|o| o.refresh_token = String::new())),
    ] {
        let added = stack.client().add_mailbox(stack.call(request)).await;
        let fault = Fault::from(added.unwrap_err());
        assert_eq!(
            (fault.code, fault.field.as_deref()),
            (ErrorCode::Invalid, Some(field))
        );
    }
    // What is known of a provider need not be said.
    let google = mail::AddMailboxRequest {
        host: String::new(),
        port: 0,
        ..with(|o| {
            o.provider = "google".to_owned();
            o.token_url = String::new();
            o.scope = String::new();
        })
    };
    let paused = stack.add(google).await;
    assert_eq!(stack.mailbox(&paused).await.host, "imap.gmail.com");
    stack.set_state(&paused, mail::MailboxState::Removed).await;
    assert_eq!(
        stack.mailbox(&stack.add(added(&mailbox)).await).await.login,
        "password"
    );
}
