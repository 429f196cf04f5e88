use crate::stack::{Stack, added};
use domain::ErrorCode;
use proto::{Fault, mail};
use testkit::{TestMailbox, env, wait};
use uuid::Uuid;

async fn added_fault(stack: &Stack, request: mail::AddMailboxRequest) -> Fault {
    let added = stack.client().add_mailbox(stack.call(request)).await;
    added.expect_err("a refusal").into()
}

#[tokio::test]
async fn a_mailbox_host_on_a_private_address_is_refused_in_every_notation() {
    let stack = Stack::with(|v| drop(v.remove("NOXPAY_EGRESS_ALLOW"))).await;
    let mailbox = TestMailbox::new().await;
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
        "fd00::1",
        "fe80::1",
        "64:ff9b::7f00:1",
        "127%2e0.0.1",
        "user@127.0.0.1",
        "127.0.0.1:993",
        "",
    ] {
        let fault = added_fault(
            &stack,
            mail::AddMailboxRequest {
                host: host.to_owned(),
                ..added(&mailbox)
            },
        )
        .await;
        assert_eq!(
            (fault.code, fault.field.as_deref()),
            (ErrorCode::Invalid, Some("host")),
            "{host}"
        );
    }
    // A name is known to be private only once it is resolved: then nothing is connected to.
    let id = stack.add(added(&mailbox)).await;
    let tried = stack
        .client()
        .test_mailbox(stack.call(mail::TestMailboxRequest {
            mailbox_id: id.clone(),
        }))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((tried.ok, tried.failed_step.as_str()), (false, "resolve"));
    wait::until(wait::PATIENCE, async || {
        match stack.mailbox(&id).await.last_error.as_str() {
            "resolve" => Ok(()),
            other => Err(other.to_owned()),
        }
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_is_added_once_and_wrong_fields_are_named() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let good = added(&mailbox);
    stack.add(good.clone()).await;
    assert_eq!(
        added_fault(&stack, good.clone()).await.code,
        ErrorCode::Conflict
    );
    for (field, request) in [
        (
            "port",
            mail::AddMailboxRequest {
                port: 70_000,
                ..good.clone()
            },
        ),
        (
            "username",
            mail::AddMailboxRequest {
                username: String::new(),
                ..good.clone()
            },
        ),
        (
            "username",
            mail::AddMailboxRequest {
                username: "a\r\nb".to_owned(),
                ..good.clone()
            },
        ),
        (
            "password",
            mail::AddMailboxRequest {
                password: String::new(),
                ..good.clone()
            },
        ),
        (
            "folder",
            mail::AddMailboxRequest {
                folder: "x".repeat(256),
                ..good.clone()
            },
        ),
    ] {
        assert_eq!(
            added_fault(&stack, request).await.field.as_deref(),
            Some(field)
        );
    }
    let shown = format!(
        "{:?}",
        stack
            .client()
            .list_mailboxes(stack.call(mail::ListMailboxesRequest {}))
            .await
            .unwrap()
    );
    assert!(!shown.contains(mailbox.password()));
}

#[tokio::test]
async fn another_merchant_sees_and_changes_nothing() {
    let stack = Stack::start().await;
    let watched = stack.watch(&TestMailbox::new().await).await;
    let stranger = Uuid::now_v7();
    let listed = stack
        .client()
        .list_mailboxes(stack.call_as(stranger, mail::ListMailboxesRequest {}))
        .await
        .unwrap();
    assert!(listed.into_inner().mailboxes.is_empty());
    let bind = mail::BindRequest {
        mailbox_id: watched.id.clone(),
        account_id: Uuid::now_v7().to_string(),
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: "1111".to_owned(),
        payee_vpa: String::new(),
        registered_addresses: vec!["x@y.test".to_owned()],
    };
    let fault = Fault::from(
        stack
            .client()
            .bind(stack.call_as(stranger, bind))
            .await
            .unwrap_err(),
    );
    assert_eq!(fault.code, ErrorCode::NotFound);
    let test = mail::TestMailboxRequest {
        mailbox_id: watched.id,
    };
    let fault = Fault::from(
        stack
            .client()
            .test_mailbox(stack.call_as(stranger, test))
            .await
            .unwrap_err(),
    );
    assert_eq!(fault.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn trying_a_mailbox_says_which_step_failed() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let good = added(&mailbox);
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let other = |name: &str| format!("{name}@shop.test");
    for (step, request) in [
        ("", good.clone()),
        (
            "connect",
            mail::AddMailboxRequest {
                port: closed.into(),
                username: other("a"),
                ..good.clone()
            },
        ),
        (
            "tls",
            mail::AddMailboxRequest {
                port: env::lmtp_port().into(),
                username: other("b"),
                ..good.clone()
            },
        ),
        (
            "login",
            mail::AddMailboxRequest {
                username: other("nobody"),
                ..good.clone()
            },
        ),
        (
            "select",
            mail::AddMailboxRequest {
                folder: "Nowhere".to_owned(),
                ..good.clone()
            },
        ),
    ] {
        let mailbox_id = stack.add(request).await;
        let tried = stack
            .client()
            .test_mailbox(stack.call(mail::TestMailboxRequest { mailbox_id }))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(tried.failed_step, step, "{}", tried.message);
        assert_eq!(tried.ok, step.is_empty());
    }
}

#[tokio::test]
async fn pausing_and_resuming_changes_the_accounts_witnesses() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    let paused = stack
        .set_state(&watched.id, mail::MailboxState::Paused)
        .await;
    assert_eq!(paused.state(), mail::MailboxState::Paused);
    // Again: nothing changes, and nothing is said.
    stack
        .set_state(&watched.id, mail::MailboxState::Paused)
        .await;
    stack
        .set_state(&watched.id, mail::MailboxState::Active)
        .await;
    stack
        .set_state(&watched.id, mail::MailboxState::Removed)
        .await;
    let changes = wait::until(wait::PATIENCE, async || {
        let changes = stack.source_changes().await;
        if changes.len() >= 4 {
            Ok(changes)
        } else {
            Err(changes.len())
        }
    })
    .await;
    let told: Vec<_> = changes.iter().map(|c| (c.source_seq, c.counting)).collect();
    assert_eq!(told, [(1, true), (2, false), (3, true), (4, false)]);
    assert!(
        changes
            .iter()
            .all(|c| c.account_ids.len() == 1 && c.account_ids[0].uuid() == watched.account)
    );
    assert!(
        changes
            .windows(2)
            .all(|pair| pair[0].since <= pair[1].since)
    );

    let back = mail::SetMailboxStateRequest {
        mailbox_id: watched.id,
        state: mail::MailboxState::Active.into(),
    };
    let fault = Fault::from(
        stack
            .client()
            .set_mailbox_state(stack.call(back))
            .await
            .unwrap_err(),
    );
    assert_eq!(fault.code, ErrorCode::WrongState);
}

#[tokio::test]
async fn binding_again_replaces_and_says_so_once() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let request = |tail: &str| mail::BindRequest {
        mailbox_id: watched.id.clone(),
        account_id: watched.account.to_string(),
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: tail.to_owned(),
        payee_vpa: String::new(),
        registered_addresses: vec![mailbox.address().to_owned()],
    };
    for tail in ["4821", "004821", "004821"] {
        stack
            .client()
            .bind(stack.call(request(tail)))
            .await
            .unwrap();
    }
    let changes = wait::until(wait::PATIENCE, async || {
        let changes = stack.source_changes().await;
        if changes.len() >= 2 {
            Ok(changes)
        } else {
            Err(changes.len())
        }
    })
    .await;
    assert_eq!(changes.len(), 2);
    mailbox
        .deliver(&crate::bank::signed(&crate::bank::alert(
            mailbox.address(),
            "912345678901",
        )))
        .await;
    assert_eq!(stack.observed(1).await[0].source_seq, 3);
}

#[tokio::test]
async fn a_wrong_password_stops_after_three_attempts() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let id = stack
        .add(mail::AddMailboxRequest {
            password: "wrong".to_owned(),
            ..added(&mailbox)
        })
        .await;
    stack
        .bind(&id, "EXAMPLEBANK", "4821", mailbox.address())
        .await;
    let failed = wait::until(wait::PATIENCE, async || {
        let found = stack.mailbox(&id).await;
        if found.state() == mail::MailboxState::AuthFailed {
            Ok(found)
        } else {
            Err(found.last_error)
        }
    })
    .await;
    assert_eq!(failed.last_error, "login");
    assert!(failed.watermark.is_none());
    // It still counts: its accounts are blind, not witnessless.
    let changes = stack.source_changes().await;
    assert_eq!(
        changes.iter().map(|c| c.counting).collect::<Vec<_>>(),
        [true]
    );
    // Resumed, it is tried three times more.
    stack.set_state(&id, mail::MailboxState::Active).await;
    wait::until(wait::PATIENCE, async || {
        let found = stack.mailbox(&id).await;
        if found.state() == mail::MailboxState::AuthFailed {
            Ok(())
        } else {
            Err(found.state)
        }
    })
    .await;
    assert_eq!(stack.source_changes().await.len(), 1);
}

#[tokio::test]
async fn only_the_gateway_may_call() {
    let stack = Stack::start().await;
    let uri = format!("http://{}", stack.running.grpc).parse().unwrap();
    let settings = runtime::internal::InternalSettings::plain("0123456789abcdef0123456789abcdef");
    let other = runtime::internal::channel(&uri, &settings, "webhook-dispatcher").unwrap();
    let mut other = mail::mail_service_client::MailServiceClient::new(other);
    let refused = other
        .list_mailboxes(stack.call(mail::ListMailboxesRequest {}))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
}
