use crate::bank::{alert, signed};
use crate::rules::dry_run;
use crate::sql;
use crate::stack::{A_WHILE, Stack};
use jiff::SignedDuration;
use testkit::{TestMailbox, wait};

/// Every byte of every kept mail.
async fn stored(stack: &Stack) -> Vec<Vec<u8>> {
    let hex = sql::texts(
        &stack.db,
        "SELECT encode(sealed, 'hex') AS t FROM mail.bodies",
    )
    .await;
    hex.iter().map(|hex| hex::decode(hex).unwrap()).collect()
}

#[tokio::test]
async fn mails_are_kept_sealed_and_dropped_when_their_time_is_over() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let raw = signed(&alert(mailbox.address(), "812345678901"));
    mailbox.deliver(&raw).await;
    stack.observed(1).await;
    assert!(stack.messages().await[0].body_kept);
    let bodies = stored(&stack).await;
    assert_eq!(bodies.len(), 1);
    let holds = |part: &[u8]| bodies[0].windows(part.len()).any(|w| w == part);
    assert!(bodies[0].len() > raw.len() && !holds(b"812345678901") && !holds(b"From:"));
    assert_eq!(dry_run(&stack).await.mails.len(), 1);

    stack
        .db
        .advance_clock(SignedDuration::from_hours(24 * 31))
        .await;
    // A replica looks when it starts; this one does so every hour.
    let shutdown = runtime::Shutdown::new();
    stack.replica(&shutdown).await;
    wait::until(A_WHILE, async || match stored(&stack).await.len() {
        0 => Ok(()),
        kept => Err(kept),
    })
    .await;
    shutdown.begin();
    let message = stack.messages().await.remove(0);
    assert!(!message.body_kept);
    assert_eq!(message.verdict, "recorded");
}

#[tokio::test]
async fn a_retention_of_nothing_keeps_nothing() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_MAIL_BODY_DAYS", "0".to_owned()))).await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "822345678901")))
        .await;
    stack.observed(1).await;
    assert!(!stack.messages().await[0].body_kept);
    assert!(stored(&stack).await.is_empty());
    let run = dry_run(&stack).await;
    assert_eq!((run.mails.len(), run.not_kept), (0, 1));
}

#[tokio::test]
async fn a_body_opens_in_its_own_row_alone_and_for_no_request() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    for utr in ["832345678901", "832345678902"] {
        mailbox
            .deliver(&signed(&alert(mailbox.address(), utr)))
            .await;
    }
    stack.observed(2).await;
    assert_eq!(dry_run(&stack).await.mails.len(), 2);
    // Somebody with rights on the table exchanges them.
    sql::run(
        &stack.db,
            "WITH other AS (SELECT a.message_id, b.sealed FROM mail.bodies a JOIN mail.bodies b ON b.message_id <> a.message_id) \
             UPDATE mail.bodies x SET sealed = other.sealed FROM other WHERE other.message_id = x.message_id",
    )
    .await;
    let request = stack.call(proto::mail::CheckParserRuleRequest {
        fields: Some(crate::rules::fields()),
        days: 0,
    });
    let refused = stack.client().check_parser_rule(request).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::Internal);
    // The request role has no right on it at all.
    let may = "SELECT has_table_privilege('mail_request', 'mail.bodies', 'SELECT')::text AS t";
    assert_eq!(sql::texts(&stack.db, may).await, ["false"]);
}
