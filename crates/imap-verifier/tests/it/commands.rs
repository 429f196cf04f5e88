use crate::bank;
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
        apps: Vec::new(),
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

#[tokio::test]
async fn the_log_is_read_page_by_page_by_verdict_and_by_mailbox() {
    let stack = Stack::start().await;
    let (first, second) = (TestMailbox::new().await, TestMailbox::new().await);
    let watched = stack.watch(&first).await;
    let other = stack.watch(&second).await;
    for n in 0..5 {
        let mail = bank::alert(first.address(), &format!("91234567890{n}"));
        first.deliver(&bank::signed(&mail)).await;
    }
    let forged = bank::alert(second.address(), "922345678901");
    second
        .deliver(&alerts::compose::demo_bank::alert(&forged))
        .await;
    stack.verdicts(6).await;

    let ask = async |change: &dyn Fn(&mut mail::ListMessagesRequest)| {
        let mut request = mail::ListMessagesRequest::default();
        change(&mut request);
        let listed = stack.client().list_messages(stack.call(request)).await;
        listed
            .map(|l| l.into_inner().messages)
            .map_err(proto::Fault::from)
    };
    let all: Vec<String> = ask(&|_| {})
        .await
        .unwrap()
        .into_iter()
        .map(|m| m.id)
        .collect();
    let (mut paged, mut before) = (Vec::new(), String::new());
    loop {
        let page = ask(&|r| (r.limit, r.before) = (2, before.clone()))
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        before = last.id.clone();
        paged.extend(page.into_iter().map(|m| m.id));
    }
    assert_eq!((paged.len(), &paged), (6, &all));

    let refused = ask(&|r| r.verdict = "refused".to_owned()).await.unwrap();
    let [refused] = refused.as_slice() else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (refused.reason.as_str(), refused.reason_words.as_str()),
        ("unsigned", "the mail is not signed")
    );
    assert_eq!(
        (&refused.mailbox_id, refused.channel.as_str()),
        (&other.id, "imap")
    );
    let of = async |id: &str| ask(&|r| r.mailbox_id = id.to_owned()).await.unwrap().len();
    assert_eq!((of(&watched.id).await, of(&other.id).await), (5, 1));

    let field =
        |answer: Result<Vec<mail::Message>, proto::Fault>| answer.unwrap_err().field.unwrap();
    assert_eq!(
        field(ask(&|r| r.verdict = "good".to_owned()).await),
        "verdict"
    );
    assert_eq!(
        field(ask(&|r| r.mailbox_id = "7".to_owned()).await),
        "mailbox_id"
    );
    let unknown = uuid::Uuid::now_v7().to_string();
    assert_eq!(field(ask(&|r| r.before = unknown.clone()).await), "before");
}
