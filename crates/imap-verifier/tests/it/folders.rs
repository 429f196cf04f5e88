use crate::bank::{self, alert, signed};
use crate::imap;
use crate::stack::{Stack, added};
use proto::mail;
use testkit::TestMailbox;

async fn tried(stack: &Stack, id: &str) -> mail::TestMailboxResponse {
    let request = mail::TestMailboxRequest {
        mailbox_id: id.to_owned(),
    };
    let tried = stack.client().test_mailbox(stack.call(request)).await;
    tried.unwrap().into_inner()
}

#[tokio::test]
async fn all_mail_is_read_where_there_is_one_and_none_was_named() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    // A filter took it out of INBOX.
    let sorted_away = signed(&alert(mailbox.address(), "542345678901"));
    imap::recreate(&mailbox, "All Mail", Vec::new()).await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    imap::append(&mailbox, "All Mail", sorted_away).await;
    assert_eq!(stack.observed(1).await[0].reference, "542345678901");
    assert_eq!(stack.mailbox(&watched.id).await.folder, "All Mail");

    let told = tried(&stack, &watched.id).await;
    assert!(told.ok, "{}", told.message);
    assert_eq!((told.folder.as_str(), told.mails), ("All Mail", 1));
    let folders: Vec<_> = told
        .folders
        .iter()
        .map(|f| (f.name.as_str(), f.special_use.as_str()))
        .collect();
    assert!(folders.contains(&("All Mail", "all")), "{folders:?}");
    assert!(folders.contains(&("INBOX", "")), "{folders:?}");
}

#[tokio::test]
async fn a_chosen_folder_stays_chosen() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    assert_eq!(stack.mailbox(&watched.id).await.folder, "INBOX");
    // Its numbers would mean other mails than those that were read.
    imap::recreate(&mailbox, "All Mail", Vec::new()).await;
    for state in [mail::MailboxState::Paused, mail::MailboxState::Active] {
        stack.set_state(&watched.id, state).await;
    }
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "552345678901")))
        .await;
    stack.observed(1).await;
    assert_eq!(stack.mailbox(&watched.id).await.folder, "INBOX");
}

#[tokio::test]
async fn a_try_says_why_a_folder_is_read_and_what_there_is_instead() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "562345678901")))
        .await;
    let add = async |folder: &str| {
        let request = mail::AddMailboxRequest {
            folder: folder.to_owned(),
            ..added(&mailbox)
        };
        let id = stack.add(request).await;
        stack.set_state(&id, mail::MailboxState::Paused).await;
        id
    };
    let named = tried(&stack, &add("inbox").await).await;
    assert_eq!(
        (
            named.ok,
            named.folder.as_str(),
            named.folder_because.as_str()
        ),
        (true, "INBOX", "named")
    );
    let missing = tried(&stack, &add("Nowhere").await).await;
    assert_eq!(
        (missing.ok, missing.failed_step.as_str()),
        (false, "select")
    );
    assert!(!missing.advice.is_empty());
    assert_eq!(missing.folders[0].name, "INBOX");
    // Nobody chose before it was read.
    imap::recreate(&mailbox, "All Mail", Vec::new()).await;
    let free = tried(&stack, &add("").await).await;
    assert_eq!((free.ok, free.mails), (true, 0), "{}", free.message);
    assert_eq!(free.folder_because, "all_mail");
    assert!(
        imap::flags(&mailbox)
            .await
            .iter()
            .flatten()
            .all(|f| f != "\\Seen")
    );
    let _ = bank::TAIL;
}
