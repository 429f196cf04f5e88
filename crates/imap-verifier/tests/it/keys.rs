use crate::bank::{alert, key_name, now, signed};
use crate::dns::NameServer;
use crate::imap::append_at;
use crate::sql;
use crate::stack::Stack;
use alerts::compose::demo_bank::DOMAIN;
use jiff::SignedDuration;
use testkit::{TestMailbox, wait};

/// Somebody else's key.
const OTHER: &str = "v=DKIM1; k=ed25519; p=TkNpzFOpbrV7tktEzZ5cWI3r1w+k8pkTJg7IM0vZxe4=";

async fn asking(servers: &[&NameServer]) -> Stack {
    let list: Vec<String> = servers.iter().map(|s| s.address.to_string()).collect();
    Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", list.join(","));
    })
    .await
}

/// The selectors whose keys were learnt.
async fn learnt(stack: &Stack) -> Vec<String> {
    sql::texts(&stack.db, "SELECT selector AS t FROM mail.dkim_keys").await
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn a_kept_key_does_not_prove_a_mail_delivered_after_it_left_dns() {
    let (one, two) = (NameServer::start().await, NameServer::start().await);
    let stack = asking(&[&one, &two]).await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let mail = |utr: &str| signed(&alert(mailbox.address(), utr));
    mailbox.deliver(&mail("941345678901")).await;
    stack.observed(1).await;
    assert_eq!(learnt(&stack).await, ["s1"]);

    // The bank has changed to another selector.
    one.publish(&key_name(DOMAIN), None);
    two.publish(&key_name(DOMAIN), None);
    // It had been there for no longer than 48 hours before it was first seen, and may be used for as long after.
    let hours = |n| now() + SignedDuration::from_hours(n);
    append_at(&mailbox, mail("941345678902"), hours(-47)).await;
    append_at(&mailbox, mail("941345678903"), hours(-49)).await;
    mailbox.deliver(&mail("941345678904")).await;
    let unknown = pair("refused", "key_unknown");
    assert_eq!(stack.verdicts(4).await[3], unknown);
    assert_eq!(stack.observed(3).await[2].proof.domain, DOMAIN);

    // 49 hours later a mail that came two hours ago still counts, and one of now does not.
    let age = "UPDATE mail.dkim_keys SET first_seen = first_seen - interval '49 hours', \
               last_seen_in_dns = last_seen_in_dns - interval '49 hours'";
    sql::run(&stack.db, age).await;
    append_at(&mailbox, mail("941345678905"), hours(-2)).await;
    assert_eq!(stack.observed(4).await[3].reference, "941345678905");
    mailbox.deliver(&mail("941345678906")).await;
    assert_eq!(stack.verdicts(6).await[4..], [unknown.clone(), unknown]);

    // Nor does another key under the same selector make it good.
    for server in [&one, &two] {
        server.publish(&key_name(DOMAIN), Some(OTHER));
    }
    mailbox.deliver(&mail("941345678907")).await;
    let last = stack.verdicts(7).await;
    assert!(
        last.contains(&pair("refused", "signature_wrong")),
        "{last:?}"
    );
    append_at(&mailbox, mail("941345678908"), hours(-2)).await;
    stack.caught_up(&watched.id).await;
    assert_eq!(stack.observations().await.len(), 5);
}

#[tokio::test]
async fn one_lying_resolver_teaches_nothing() {
    let (honest, liar) = (NameServer::start().await, NameServer::start().await);
    liar.publish(&key_name(DOMAIN), Some(OTHER));
    let stack = asking(&[&honest, &liar]).await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "951345678901")))
        .await;
    let waiting = pair("undecided", "key_unavailable");
    assert_eq!(stack.verdicts(1).await, [waiting]);
    assert!(learnt(&stack).await.is_empty());
    assert!(stack.observations().await.is_empty());
    // Once both say the same, the mail is the bank's, and its key is learnt.
    let record = crate::bank::pins()[key_name(DOMAIN)]
        .as_str()
        .unwrap()
        .to_owned();
    liar.publish(&key_name(DOMAIN), Some(&record));
    stack.observed(1).await;
    wait::until(wait::PATIENCE, async || match learnt(&stack).await {
        keys if keys == ["s1"] => Ok(()),
        keys => Err(keys),
    })
    .await;
}

#[tokio::test]
async fn a_single_resolver_is_believed_and_teaches_nothing() {
    let only = NameServer::start().await;
    // Named twice, it is still one.
    let stack = asking(&[&only, &only]).await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "961345678901")))
        .await;
    stack.observed(1).await;
    only.publish(&key_name(DOMAIN), None);
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "961345678902")))
        .await;
    assert_eq!(stack.verdicts(2).await[1], pair("refused", "key_unknown"));
    assert!(learnt(&stack).await.is_empty());
}

#[tokio::test]
async fn a_key_that_the_bank_takes_back_is_dead_at_once_and_for_good() {
    let (one, two) = (NameServer::start().await, NameServer::start().await);
    let stack = asking(&[&one, &two]).await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let mail = |utr: &str| signed(&alert(mailbox.address(), utr));
    mailbox.deliver(&mail("971345678901")).await;
    stack.observed(1).await;
    let publish = |record: Option<&str>| {
        one.publish(&key_name(DOMAIN), record);
        two.publish(&key_name(DOMAIN), record);
    };
    publish(Some("v=DKIM1; p="));
    mailbox.deliver(&mail("971345678902")).await;
    assert_eq!(stack.verdicts(2).await[1], pair("refused", "key_revoked"));
    publish(None);
    mailbox.deliver(&mail("971345678903")).await;
    assert_eq!(stack.verdicts(3).await[1], pair("refused", "key_revoked"));
    assert_eq!(stack.verdicts(3).await[2], pair("refused", "key_unknown"));
    assert_eq!(stack.observations().await.len(), 1);
}

#[tokio::test]
async fn a_silent_resolver_among_three_is_replaced() {
    let servers = [
        NameServer::start().await,
        NameServer::start().await,
        NameServer::start().await,
    ];
    servers[0].fail(true);
    let stack = asking(&[&servers[0], &servers[1], &servers[2]]).await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "981345678901")))
        .await;
    stack.observed(1).await;
    assert_eq!(learnt(&stack).await, ["s1"]);
}
