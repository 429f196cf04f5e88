use crate::bank::{alert, signed};
use crate::stack::{A_WHILE, Stack};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain::event::{Envelope, Event, MerchantChange, MerchantSnapshot, Producer};
use runtime::Shutdown;
use runtime::shutdown::Ending;
use std::time::Duration;
use testkit::{TestMailbox, wait};

#[derive(QueryableByName, Debug)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many mailboxes each live holder holds.
async fn shares(stack: &Stack) -> Vec<i64> {
    let mut conn = stack.db.admin().await;
    let held: Vec<Count> = diesel::sql_query(
        "SELECT count(*) FROM mail.leases WHERE name LIKE 'mailbox:%' AND held_until > clock_timestamp() \
         GROUP BY holder ORDER BY 1",
    )
    .load(&mut conn)
    .await
    .unwrap();
    held.into_iter().map(|h| h.count).collect()
}

/// How many replicas are counted when mailboxes are shared out.
async fn counted(stack: &Stack) -> i64 {
    let mut conn = stack.db.admin().await;
    let live: Count = diesel::sql_query(
        "SELECT count(*) FROM mail.leases WHERE name LIKE 'replica:%' AND held_until > clock_timestamp()",
    )
    .get_result(&mut conn)
    .await
    .unwrap();
    live.count
}

#[tokio::test]
async fn a_newcomer_gets_its_share_and_a_leavers_share_is_taken_over() {
    let stack = Stack::start().await;
    let mut mailboxes = Vec::new();
    for _ in 0..6 {
        let mailbox = TestMailbox::new().await;
        stack.watch(&mailbox).await;
        mailboxes.push(mailbox);
    }
    let shares_are = async |wanted: &[i64]| {
        wait::until(wait::PATIENCE, async || {
            let seen = shares(&stack).await;
            if seen == wanted { Ok(()) } else { Err(seen) }
        })
        .await;
    };
    shares_are(&[6]).await;
    let other = Shutdown::new();
    stack.replica(&other).await;
    shares_are(&[3, 3]).await;
    other.begin();
    assert_eq!(
        other.finished(Duration::from_secs(20)).await,
        Ending::Drained
    );
    // It signed off: nobody waits for its time to run out.
    assert_eq!(counted(&stack).await, 1);
    shares_are(&[6]).await;
    for (n, mailbox) in mailboxes.iter().enumerate() {
        mailbox
            .deliver(&signed(&alert(
                mailbox.address(),
                &format!("61234567890{n}"),
            )))
            .await;
    }
    stack.observed(6).await;
}

#[tokio::test]
async fn a_reader_whose_lease_was_stolen_writes_nothing_more() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_LEASE_TTL_MS", "600000".to_owned()))).await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    // Somebody else takes the mailbox over while this reader believes itself its owner for ten minutes more.
    let mut conn = stack.db.admin().await;
    conn.batch_execute(&format!(
        "UPDATE mail.leases SET holder = gen_random_uuid(), token = token + 1 WHERE name = 'mailbox:{0}'; \
         UPDATE mail.cursors SET fence = fence + 1 WHERE mailbox_id = '{0}';",
        watched.id
    ))
    .await
    .unwrap();
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "622345678901")))
        .await;
    // The old owner ends at its first write, and stores nothing.
    #[derive(QueryableByName)]
    struct Stored {
        #[diesel(sql_type = Text)]
        watermark: String,
    }
    let watermark = async || {
        let mut conn = stack.db.admin().await;
        let row: Stored =
            diesel::sql_query("SELECT watermark::text AS watermark FROM mail.cursors")
                .get_result(&mut conn)
                .await
                .unwrap();
        row.watermark
    };
    let stands = wait::until(A_WHILE, async || {
        let before = watermark().await;
        tokio::time::sleep(Duration::from_millis(900)).await;
        let after = watermark().await;
        if before == after {
            Ok(after)
        } else {
            Err(after)
        }
    })
    .await;
    assert!(stack.messages().await.is_empty());
    assert!(stack.observations().await.is_empty());
    // Once the thief's time is over, the mailbox is read again, from where it stood.
    conn.batch_execute(
        "UPDATE mail.leases SET held_until = '-infinity' WHERE name LIKE 'mailbox:%'",
    )
    .await
    .unwrap();
    assert_eq!(stack.observed(1).await[0].reference, "622345678901");
    // It is announced after what was read.
    wait::until(wait::PATIENCE, async || {
        let now = watermark().await;
        if now > stands { Ok(()) } else { Err(now) }
    })
    .await;
}

/// Leases end again and again while their holders know nothing of it: two replicas read the same mailboxes at the same time.
#[tokio::test]
async fn two_owners_alive_double_nothing() {
    const MAILS: usize = 90;
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_LEASE_TTL_MS", "600000".to_owned()))).await;
    let mailboxes = TestMailbox::many(2).await;
    let mut watched = Vec::new();
    for mailbox in &mailboxes {
        watched.push(stack.watch(mailbox).await);
    }
    let other = Shutdown::new();
    stack
        .replica_with(&other, |v| {
            drop(v.insert("NOXPAY_LEASE_TTL_MS", "600000".to_owned()));
        })
        .await;
    for (n, mailbox) in mailboxes.iter().enumerate() {
        let alerts = (0..MAILS).map(|m| {
            let utr = format!("64{n}3456789{m:02}");
            signed(&alert(mailbox.address(), &utr))
        });
        mailbox.deliver_all(alerts).await;
        let mut conn = stack.db.admin().await;
        // One takes all that the other reads, and is robbed of it in turn.
        wait::until(wait::PATIENCE, async || {
            let over = "UPDATE mail.leases SET held_until = '-infinity' WHERE name ~ '^(mailbox|replica):'";
            conn.batch_execute(over).await.unwrap();
            match stack.messages().await.len() {
                read if read >= (n + 1) * MAILS => Ok(()),
                read => Err(read),
            }
        })
        .await;
    }
    let seen = stack.observed(2 * MAILS).await;
    assert_eq!(stack.messages().await.len(), 2 * MAILS);
    for watched in watched {
        let numbers: Vec<_> = seen
            .iter()
            .filter(|o| o.source_id.to_string() == watched.id)
            .map(|o| o.source_seq)
            .collect();
        // Binding the account was 1.
        assert_eq!(numbers, (2..).take(MAILS).collect::<Vec<_>>());
    }
    other.begin();
}

#[tokio::test]
async fn a_disabled_merchants_mailboxes_are_not_read() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    let say = async |change, sequence, active| {
        let snapshot = MerchantSnapshot {
            merchant_id: stack.merchant.into(),
            sequence,
            active,
        };
        let time = domain::Clock::new().now();
        let event = Event::Merchant(change, snapshot);
        stack
            .broker
            .publish(&Envelope::new(Producer::ApiGateway, time, event))
            .await;
    };
    say(MerchantChange::Disabled, 2, false).await;
    wait::until(wait::PATIENCE, async || {
        let held = shares(&stack).await;
        if held.is_empty() { Ok(()) } else { Err(held) }
    })
    .await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "632345678901")))
        .await;
    // Late news of the past change nothing.
    say(MerchantChange::Created, 1, true).await;
    say(MerchantChange::Changed, 3, true).await;
    stack.observed(1).await;
    assert!(stack.broker.leftovers().await.is_empty());
}
