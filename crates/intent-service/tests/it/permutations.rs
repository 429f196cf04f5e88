//! Equal orders, paid at the same time, told by mail, SMS and notification in any order, with duplicates, losses and crashes:
//! no evidence ever counts for a foreign intent, and no payment twice.

use crate::chance::chance;
use crate::model::dies_after;
use crate::support::*;
use domain::event::{Envelope, Event, Observation};
use domain::evidence::Strength;
use domain::ids::{AccountId, ObservationId};
use domain::text::ShortText;
use domain::{Interval, Money, Precision};
use intent_service::consume;
use jiff::{SignedDuration, Timestamp};
use proto::intent as pb;
use std::collections::{BTreeMap, BTreeSet};

const ROUNDS: usize = 12;
const PRICE: i64 = 49_900;
/// What somebody types who rounds up: nobody holds it.
const ROUND: i64 = 50_000;
const CHANNELS: [u128; 3] = [1, 2, 3];

/// One order's payment.
struct Payment {
    intent: pb::Intent,
    amount: i64,
    at: Timestamp,
    noted: bool,
}

fn interval(chance: &mut fastrand::Rng, at: Timestamp) -> Interval {
    let second = Timestamp::from_second(at.as_second()).unwrap();
    match chance.u32(..3) {
        0 => Interval::second(second),
        1 => Interval::minute(Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap()),
        _ => {
            let signed = at + SignedDuration::from_secs(chance.i64(1..60));
            let from = signed - SignedDuration::from_mins(30);
            Interval::new(from, signed, Precision::Date).unwrap()
        }
    }
}

/// How one channel tells a payment. The digest says which one it was.
async fn told(
    world: &World,
    account: AccountId,
    channel: u128,
    n: usize,
    payment: &Payment,
    chance: &mut fastrand::Rng,
) -> Observation {
    let told = world.credit(account, payment.amount).await;
    // Mails often print the UTR, SMS nearly always, notifications never: what a payment's channels print is one number.
    let strong = match channel {
        1 => chance.u32(..2) == 0,
        2 => chance.u32(..10) > 0,
        _ => false,
    };
    // Codes stand in mails; where the amount is nobody's, at least there.
    let note = payment.noted && (channel == 1 || chance.u32(..3) == 0);
    let mut proof = told.proof.clone();
    proof.message_digest = format!("{n}/{channel}");
    Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(channel),
        reference: if strong {
            (600_000_000_000_u64 + u64::try_from(n).unwrap()).to_string()
        } else {
            format!("digest:{channel}/{n}")
        },
        strength: if strong {
            Strength::Strong
        } else {
            Strength::Provisional
        },
        amount: Money::inr(payment.amount),
        interval: interval(chance, payment.at),
        payer_vpa: (chance.u32(..2) == 0).then(|| ShortText::clean(&format!("payer{n}@okexample"))),
        note: note.then(|| ShortText::clean(code(&payment.intent))),
        proof,
        ..told
    }
}

#[derive(diesel::QueryableByName)]
struct Allocated {
    #[diesel(sql_type = diesel::sql_types::Text)]
    order_id: String,
    /// Of all words that were taken for the payment, which have no number in common where one has none.
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Text>)]
    digests: Vec<String>,
    /// Of those among them that print a number.
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Text>)]
    numbered: Vec<String>,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    paise: i64,
}

impl World {
    async fn allocated(&self, account: AccountId) -> Vec<Allocated> {
        use diesel_async::RunQueryDsl as _;
        let words = |which: &str| {
            format!(
                "ARRAY(SELECT DISTINCT m.proof ->> 'message_digest' FROM intents.observations m \
                       WHERE {which} AND (m.id = o.id OR o.id = (SELECT f.joined_to FROM intents.findings f \
                           WHERE f.observation_id = m.id ORDER BY f.finding_no DESC LIMIT 1)))"
            )
        };
        let (all, numbered) = (words("true"), words("m.strength = 'strong'"));
        let sql = format!(
            "SELECT i.order_id, sum(a.amount)::bigint AS paise, {all} AS digests, {numbered} AS numbered \
             FROM intents.allocations a JOIN intents.observations o ON o.id = a.observation_id \
             JOIN intents.intents i ON i.id = a.intent_id WHERE o.account_id = '{account}' GROUP BY i.order_id, o.id"
        );
        diesel::sql_query(sql)
            .load(&mut self.db.admin().await)
            .await
            .unwrap()
    }

    /// Payments that stand for themselves, of one amount.
    async fn payments(&self, account: AccountId, paise: i64) -> usize {
        self.sql(&format!(
            "SELECT FROM intents.observations o WHERE o.account_id = '{account}' AND o.amount = {paise} AND \
             (SELECT f.joined_to IS NULL FROM intents.findings f WHERE f.observation_id = o.id ORDER BY finding_no DESC LIMIT 1)"
        ))
        .await
    }
}

/// What was heard, in its order: for whoever has to find out why.
fn tell(words: &[(usize, u128, Envelope)]) {
    for (n, channel, envelope) in words {
        if let Event::ObservationRecorded(told) = &envelope.event {
            println!(
                "payment {n} by {channel}: {:?} {} {:?} {:?} note {:?} payer {:?}",
                told.strength,
                told.reference,
                told.amount,
                told.interval,
                told.note,
                told.payer_vpa
            );
        }
    }
}

#[tokio::test]
async fn equal_orders_told_by_three_channels_never_get_foreign_money_and_none_counts_twice() {
    let mut chance = chance();
    let world = World::new().await;
    let mut settled = 0;
    let mut orders = 0;
    for round in 0..ROUNDS {
        let scope = merchant(1);
        let account = world
            .account(scope, &format!("shop{round}@okbank"), DEDICATED)
            .await;
        for channel in CHANNELS {
            world.watch(mailbox(channel), account, true).await;
        }
        let mut payments = Vec::new();
        let base = world.now().await;
        for n in 0..chance.usize(2..6) {
            let mut request = World::request(&format!("R{round}-{n}"), PRICE);
            request.vpa = Some(rails::vpa::Vpa::parse(&format!("shop{round}@okbank")).unwrap());
            let intent = world
                .try_create(scope, &request)
                .await
                .unwrap()
                .intent
                .unwrap();
            // Who pays another amount than asked has the code.
            let rounds_up = chance.u32(..3) == 0;
            payments.push(Payment {
                amount: if rounds_up { ROUND } else { payable(&intent) },
                at: base + SignedDuration::from_secs(chance.i64(1..40)),
                noted: rounds_up || chance.u32(..3) == 0,
                intent,
            });
        }
        world.db.advance_clock(minutes(1)).await;

        let mut words: Vec<(usize, u128, Envelope)> = Vec::new();
        let mut told_by: BTreeMap<(u128, i64), usize> = BTreeMap::new();
        for (n, payment) in payments.iter().enumerate() {
            for channel in CHANNELS {
                if chance.u32(..4) == 0 {
                    continue; // lost
                }
                let number = round * 10 + n;
                let mut word = told(&world, account, channel, number, payment, &mut chance).await;
                *told_by.entry((channel, payment.amount)).or_default() += 1;
                for _ in 0..chance.usize(1..3) {
                    word.observation_id = ObservationId::new();
                    word.source_seq = world.next_seq(word.source_id);
                    let event = Event::ObservationRecorded(Box::new(word.clone()));
                    words.push((n, channel, world.envelope(event).await));
                }
            }
        }
        chance.shuffle(&mut words);
        for (_, _, envelope) in &words {
            if chance.u32(..4) == 0 {
                dies_after(chance.u32(1..40), consume::handle(&world.core, envelope)).await;
            }
            for _ in 0..chance.usize(1..3) {
                testkit::wait::until(testkit::wait::PATIENCE, async || {
                    consume::handle(&world.core, envelope).await
                })
                .await;
            }
        }

        let mut counted: BTreeMap<usize, usize> = BTreeMap::new();
        let mut numbers: BTreeSet<String> = BTreeSet::new();
        for row in world.allocated(account).await {
            let order = row.order_id.rsplit('-').next().unwrap();
            let n: usize = order.parse().unwrap();
            let own = |digest: &String| {
                let of: usize = digest.split('/').next().unwrap().parse().unwrap();
                of == round * 10 + n
            };
            // Nobody holds the round amount: of two payments of it a word without a code may stand with the other's, since
            // nothing in it says whose it is. But the order's own word is always there, and a number stands for one order.
            let fits = if payments[n].amount == ROUND {
                row.digests.iter().any(own)
            } else {
                row.digests.iter().all(own)
            };
            let number = |digest: &String| digest.split('/').next().unwrap().to_owned();
            let of_row: BTreeSet<String> = row.numbered.iter().map(number).collect();
            assert!(of_row.len() <= 1, "two payments as one: {:?}", row.numbered);
            for number in of_row {
                assert!(
                    numbers.insert(number),
                    "a payment counts twice: {:?}",
                    row.numbered
                );
            }
            if !fits {
                tell(&words);
            }
            assert!(fits, "foreign money: {} by {:?}", row.order_id, row.digests);
            assert_eq!(row.paise, payments[n].amount);
            *counted.entry(n).or_default() += 1;
        }
        assert!(counted.values().all(|times| *times == 1), "{counted:?}");
        settled += counted.len();
        orders += payments.len();
        // What no rung could place waits in sight: no fewer payments than one channel told.
        for ((channel, paise), count) in told_by {
            let standing = world.payments(account, paise).await;
            assert!(
                standing >= count,
                "channel {channel}: {standing} of {count} payments"
            );
        }
    }
    println!("{settled} of {orders} orders got their money without a person");
    world.hold().await;
}
