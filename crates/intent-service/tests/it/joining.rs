//! One payment that several channels tell counts once, whoever speaks first.

use crate::support::*;
use bus::Outcome;
use domain::StatusName::{Pending, Settled, Underpaid};
use domain::event::Observation;
use domain::evidence::Strength;
use domain::ids::{AccountId, ObservationId};
use domain::text::ShortText;
use domain::{Interval, Precision};
use jiff::SignedDuration;

/// The same payment as another channel tells it: without its UTR, and to the day alone.
fn without_utr(told: &Observation, source: u128) -> Observation {
    let to = told.interval.to();
    let from = to - SignedDuration::from_mins(30);
    Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(source),
        reference: format!("digest:{source}-{}", told.reference),
        strength: Strength::Provisional,
        interval: Interval::new(from, to, Precision::Date).unwrap(),
        payer_vpa: None,
        payer_name: None,
        note: None,
        ..told.clone()
    }
}

async fn watched_twice() -> (World, db::Scope, AccountId) {
    let (world, shop, account) = World::shop().await;
    world.watch(mailbox(2), account, true).await;
    (world, shop, account)
}

#[tokio::test]
async fn mail_without_utr_and_sms_with_utr_are_one_payment() {
    for mail_first in [true, false] {
        let (world, shop, account) = watched_twice().await;
        // Half of its price, by its code: counted twice it would be settled.
        let a = world.create(shop, "A", 49_900).await;
        let sms = world.noted(account, payable(&a) / 2, code(&a)).await;
        let mail = Observation {
            note: sms.note.clone(),
            ..without_utr(&sms, 2)
        };
        let order = if mail_first {
            [&mail, &sms]
        } else {
            [&sms, &mail]
        };
        for told in order {
            assert_eq!(world.tell(told.clone()).await, Outcome::Ack);
        }
        let explained = world.explain(shop, "A").await;
        let intent = explained.intent.unwrap();
        assert_eq!(world.status(shop, "A").await, Underpaid, "{mail_first}");
        assert_eq!(paise(intent.received.as_ref()), payable(&a) / 2);
        // Both are shown, and the UTR is the payment's reference.
        assert_eq!(explained.evidence.len(), 2);
        assert_eq!(intent.references, std::slice::from_ref(&sms.reference));
        world.hold().await;
    }
}

#[tokio::test]
async fn what_one_channel_leaves_out_another_adds() {
    for mail_first in [true, false] {
        let (world, shop, account) = watched_twice().await;
        let a = world.create(shop, "A", 49_900).await;
        // An amount that nobody holds, so that only the note can tell.
        let sms = world.credit(account, 10_000).await;
        let mail = Observation {
            note: Some(ShortText::clean(code(&a))),
            ..without_utr(&sms, 2)
        };
        let order = if mail_first {
            [&mail, &sms]
        } else {
            [&sms, &mail]
        };
        for told in order {
            assert_eq!(world.tell(told.clone()).await, Outcome::Ack);
        }
        assert_eq!(world.status(shop, "A").await, Underpaid, "{mail_first}");
        assert_eq!(paise(world.get(shop, "A").await.received.as_ref()), 10_000);
        world.hold().await;
    }
}

#[tokio::test]
async fn the_same_reference_told_again_with_a_note_settles_what_waited() {
    let (world, shop, account) = watched_twice().await;
    let a = world.create(shop, "A", 49_900).await;
    let sms = world.credit(account, payable(&a) + 100).await;
    world.tell(sms.clone()).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    let mail = Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(2),
        note: Some(ShortText::clean(code(&a))),
        ..sms.clone()
    };
    world.tell(mail.clone()).await;
    let settled = world.get(shop, "A").await;
    assert_eq!(world.status(shop, "A").await, Settled);
    assert_eq!(paise(settled.excess.as_ref()), 100);
    // Once.
    let again = Observation {
        observation_id: ObservationId::new(),
        ..mail
    };
    world.tell(again).await;
    assert_eq!(world.get(shop, "A").await.sequence, settled.sequence);
    world.hold().await;
}

#[tokio::test]
async fn an_exact_time_decides_what_a_date_left_open() {
    let (world, shop, account) = watched_twice().await;
    // One rupee has no other amounts beside it.
    let a = world.create(shop, "A", 100).await;
    world.pay(account, payable(&a)).await;
    world.pass(minutes(60)).await;
    let b = world.create(shop, "B", 100).await;
    let sms = world.credit(account, payable(&b)).await;
    let mut mail = without_utr(&sms, 2);
    // The day alone, and a slow bank: it may be the first one's second payment as well.
    let from = sms.interval.to() - SignedDuration::from_mins(70);
    mail.interval = Interval::new(from, sms.interval.to(), Precision::Date).unwrap();
    world.tell(mail).await;
    assert_eq!(world.status(shop, "B").await, Pending);
    world.tell(sms.clone()).await;
    let settled = world.get(shop, "B").await;
    assert_eq!(world.status(shop, "B").await, Settled);
    assert_eq!(settled.references, [sms.reference]);
    world.hold().await;
}

#[tokio::test]
async fn two_payments_of_one_amount_stay_two() {
    let (world, shop, account) = watched_twice().await;
    let a = world.create(shop, "A", 40_000).await;
    let half = payable(&a) / 2;
    let (first, second) = (
        world.noted(account, half, code(&a)).await,
        world.noted(account, payable(&a) - half, code(&a)).await,
    );
    let alerts = [
        without_utr(&first, 2),
        first.clone(),
        second.clone(),
        without_utr(&second, 2),
    ];
    for told in alerts {
        world.tell(told).await;
    }
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn one_source_that_says_two_payments_means_two() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 40_000).await;
    let half = payable(&a) / 2;
    for n in 0..2 {
        let told = world.noted(account, half, code(&a)).await;
        let told = Observation {
            note: told.note.clone(),
            reference: format!("digest:{n}"),
            ..without_utr(&told, 1)
        };
        world.tell(told).await;
    }
    assert_eq!(
        paise(world.get(shop, "A").await.received.as_ref()),
        half * 2
    );
    world.hold().await;
}

#[tokio::test]
async fn two_equal_alerts_without_a_reference_ask_a_person() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 40_000).await;
    let told = world.noted(account, payable(&a) / 2, code(&a)).await;
    let first = Observation {
        note: told.note.clone(),
        reference: "digest:same".to_owned(),
        ..without_utr(&told, 1)
    };
    let mut second = Observation {
        observation_id: ObservationId::new(),
        ..first.clone()
    };
    second.proof.message_digest = "11ff".to_owned();
    world.tell(first).await;
    for _ in 0..2 {
        second.observation_id = ObservationId::new();
        world.tell(second.clone()).await;
    }
    let explained = world.explain(shop, "A").await;
    assert_eq!(
        paise(explained.intent.unwrap().received.as_ref()),
        payable(&a) / 2
    );
    let reasons: Vec<String> = explained
        .evidence
        .iter()
        .flat_map(|e| e.findings.iter().map(|f| f.reason.clone()))
        .collect();
    assert_eq!(reasons, ["", "equal_alerts"]);
    world.hold().await;
}

#[tokio::test]
async fn a_channel_that_names_another_intent_asks_a_person() {
    let (world, shop, account) = watched_twice().await;
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(shop, "B", 70_000).await;
    let sms = world.credit(account, payable(&a)).await;
    let mail = Observation {
        note: Some(ShortText::clean(code(&b))),
        ..without_utr(&sms, 2)
    };
    world.tell(sms).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.tell(mail).await;
    assert_eq!(world.status(shop, "B").await, Pending);
    let about_b = world.explain(shop, "B").await.evidence;
    assert_eq!(
        about_b.last().unwrap().findings[0].reason,
        "evidence_disagrees"
    );
    world.hold().await;
}

#[tokio::test]
async fn two_channels_that_speak_at_the_same_moment_count_once() {
    let (world, shop, account) = watched_twice().await;
    for n in 0..6 {
        let order = format!("A{n}");
        let a = world.create(shop, &order, 49_900 + n * 1_000).await;
        let sms = world.noted(account, payable(&a) / 2, code(&a)).await;
        let mail = Observation {
            note: sms.note.clone(),
            ..without_utr(&sms, 2)
        };
        let told = [world.tell_until_taken(sms), world.tell_until_taken(mail)];
        futures(told).await;
        assert_eq!(
            paise(world.get(shop, &order).await.received.as_ref()),
            payable(&a) / 2
        );
    }
    world.hold().await;
}
