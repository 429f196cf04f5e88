use crate::bank;
use crate::stack::Stack;
use domain::ErrorCode;
use proto::{Fault, mail};
use testkit::{TestMailbox, wait};

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
        apps: Vec::new(),
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
        .deliver(&bank::signed(&bank::alert(
            mailbox.address(),
            "912345678901",
        )))
        .await;
    assert_eq!(stack.observed(1).await[0].source_seq, 3);
}
