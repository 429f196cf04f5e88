//! Posted mails are kept and read as those of a mailbox, and nobody vouches for them.

use super::{TO, channel, pair, post};
use crate::bank::letter;
use crate::rules::{credit, dry_run, fields};
use crate::stack::Stack;
use crate::{results, sql};

#[tokio::test]
async fn posted_mails_are_kept_and_read_by_the_merchants_rules() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let first = letter(TO, &credit("612345678901"));
    assert_eq!(post(&stack, &channel.token, &first).await.0, "unparsed");
    let logged = stack.messages().await.remove(0);
    assert!(logged.body_kept);
    assert_eq!(logged.channel, "http");
    // The same mail again is kept once.
    assert_eq!(
        post(&stack, &channel.token, &first).await,
        pair("duplicate", "")
    );
    let run = dry_run(&stack).await;
    let [checked] = run.mails.as_slice() else {
        panic!("{run:?}")
    };
    assert!(checked.sure);
    assert_eq!(checked.message.as_ref().unwrap().channel, "http");

    stack.save(fields(), "").await;
    let second = letter(TO, &credit("612345678902"));
    assert_eq!(
        post(&stack, &channel.token, &second).await,
        pair("recorded", "")
    );
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "612345678902");
    assert_eq!(seen.account_id.uuid(), channel.account);
}

#[tokio::test]
async fn nobody_vouches_for_a_posted_mail() {
    let stack = results::listed().await;
    let channel = channel(&stack, "Forwarded").await;
    let refused = results::trust(&stack, &channel.id, true).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    // Not even if somebody with rights on the table says so.
    let trusting = "UPDATE mail.mailboxes SET trusts_results = true";
    sql::run(&stack.db, trusting).await;
    let header = [("Authentication-Results", results::good())];
    let header = header.each_ref().map(|(n, v)| (*n, v.as_str()));
    let forged = results::unsigned(&header, TO, "632345678901");
    assert_eq!(
        post(&stack, &channel.token, &forged).await,
        pair("refused", "unsigned")
    );
}
