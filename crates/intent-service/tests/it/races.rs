//! Evidence, cancellation and time at the same instant: whoever is first, the end is the same.

use crate::chance::chance;
use crate::support::*;
use db::Scope;
use domain::event::{Envelope, Event, Observation};
use domain::ids::AccountId;
use domain::{ErrorCode, Interval};
use intent_service::{consume, expiry};
use jiff::Timestamp;
use proto::convert::{parse_timestamp, status_name};
use proto::intent as pb;
use std::collections::BTreeMap;
use testkit::wait;

/// Who begins first is left to chance: so many turns of the runtime take about as long as a cancellation.
const TURNS: u32 = 1_000;

/// What is paid for an intent, and when.
#[derive(Clone, Copy, Debug)]
enum Paid {
    InTime,
    InLateWindow,
    AfterLateWindow,
    /// After whatever moment it is cancelled at.
    AfterCancel,
    PartInTime,
    Nothing,
}

const KINDS: [Paid; 6] = [
    Paid::InTime,
    Paid::InLateWindow,
    Paid::AfterLateWindow,
    Paid::AfterCancel,
    Paid::PartInTime,
    Paid::Nothing,
];

/// One intent of a race, with the alert about it.
struct Runner {
    order: String,
    intent: pb::Intent,
    paid: Paid,
    told: Option<Observation>,
}

impl Runner {
    async fn start(world: &World, scope: Scope, account: AccountId, n: usize) -> Self {
        let order = format!("A{n}");
        let intent = world.create(scope, &order, 49_900).await;
        let paid = KINDS[n % KINDS.len()];
        let amount = match paid {
            Paid::PartInTime => 100,
            _ => payable(&intent),
        };
        let told = match paid {
            Paid::Nothing => None,
            _ => Some(world.noted(account, amount, code(&intent)).await),
        };
        Self {
            order,
            intent,
            paid,
            told,
        }
    }

    fn expires(&self) -> Timestamp {
        parse_timestamp(self.intent.expires_at.as_ref()).unwrap()
    }

    fn late_until(&self) -> Timestamp {
        self.expires() + minutes(240)
    }

    /// The alert, with the time of the payment in it.
    fn alert(&self, world: &World, now: Timestamp) -> Option<Observation> {
        let paid_at = match self.paid {
            Paid::InTime | Paid::PartInTime => self.expires() - minutes(5),
            Paid::InLateWindow => self.expires() + minutes(1),
            Paid::AfterLateWindow => self.late_until() + minutes(1),
            Paid::AfterCancel => now + minutes(5),
            Paid::Nothing => now,
        };
        self.told.clone().map(|told| Observation {
            interval: Interval::second(paid_at),
            source_seq: world.next_seq(told.source_id),
            ..told
        })
    }

    /// How it must end. The payment's time and the policy decide, and whether the merchant was told that it is cancelled.
    fn end(&self, cancelled: Option<Timestamp>, paid: Option<Interval>) -> (String, bool) {
        let review = |reason: &str| (format!("review {reason}"), false);
        match (self.paid, paid, cancelled) {
            (Paid::Nothing, ..) | (_, None, _) => match cancelled {
                Some(_) => ("cancelled".to_owned(), false),
                None => ("expired".to_owned(), false),
            },
            (Paid::PartInTime, _, Some(_)) => review("late_after_cancel"),
            (Paid::PartInTime, _, None) => review("underpaid_at_expiry"),
            (_, Some(paid), Some(at)) if paid.to() > at => review("late_after_cancel"),
            (_, Some(paid), _) if paid.from() > self.late_until() => review("late"),
            (_, Some(paid), _) => ("settled".to_owned(), paid.from() > self.expires()),
        }
    }
}

fn status(intent: &pb::Intent) -> (String, bool) {
    let name = status_name(intent.status).unwrap();
    let state = match intent.review_reason.as_str() {
        "" => name.to_string(),
        reason => format!("{name} {reason}"),
    };
    (state, intent.late)
}

/// Gives way so often before it begins.
async fn after<F: Future>(turns: u32, work: F) -> F::Output {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    work.await
}

async fn told(world: &World, alert: Option<&Envelope>) {
    if let Some(alert) = alert {
        // What met another at the same row is handed over again by the broker.
        let outcome = wait::until(wait::PATIENCE, async || {
            consume::handle(&world.core, alert).await
        });
        assert_eq!(outcome.await, bus::Outcome::Ack);
    }
}

/// Whether the merchant is told that it is cancelled. Asks again while the pool is empty, as callers are told to.
async fn cancelled(world: &World, scope: Scope, intent: &pb::Intent) -> bool {
    let answer = wait::until(wait::PATIENCE, async || {
        match world.cancel(scope, intent).await {
            Err(fault) if fault.code == ErrorCode::Unavailable => Err(fault),
            answer => Ok(answer),
        }
    })
    .await;
    match answer {
        Ok(_) => true,
        Err(fault) => {
            assert_eq!(fault.code, ErrorCode::WrongState);
            false
        }
    }
}

/// Several replicas look at what is due, again and again while the others race.
async fn expired(world: &World, looks: u32) {
    for _ in 0..looks {
        expiry::run_once(&world.core).await.unwrap();
    }
}

#[tokio::test]
async fn settle_cancel_and_expire_at_one_instant_end_alike_whoever_is_first() {
    let (world, shop, account) = World::shop().await;
    let mut chance = chance();
    let mut ends: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for round in 0..8 {
        let runners =
            futures((0..12).map(|n| Runner::start(&world, shop, account, round * 12 + n)));
        let runners = runners.await;
        // All are due, within their late windows or after them; nobody has looked yet.
        let passed = minutes(if round % 2 == 0 { 30 } else { 300 });
        world.db.advance_clock(passed).await;
        world.watermark(mailbox(1)).await;
        let now = world.now().await;
        let mut races = Vec::new();
        for runner in &runners {
            let alert = match runner.paid {
                // The late window is not over yet.
                Paid::AfterLateWindow if now < runner.late_until() + minutes(5) => None,
                _ => runner.alert(&world, now),
            };
            let paid = alert.as_ref().map(|told| told.interval);
            let alert = match alert {
                Some(alert) => Some(
                    world
                        .envelope(Event::ObservationRecorded(Box::new(alert)))
                        .await,
                ),
                None => None,
            };
            races.push((
                runner,
                paid,
                alert,
                [chance.u32(..TURNS), chance.u32(..TURNS)],
            ));
        }
        let world = &world;
        let looks = futures((0..3).map(|_| after(chance.u32(..TURNS), expired(world, 3))));
        let running = races.iter().map(|(runner, paid, alert, turns)| async move {
            let alert = alert.as_ref();
            let cancel = cancelled(world, shop, &runner.intent);
            let ((), cancelled) =
                tokio::join!(after(turns[0], told(world, alert)), after(turns[1], cancel));
            (runner, *paid, cancelled)
        });
        let (over, _) = tokio::join!(futures(running), looks);
        world.work_off().await;
        for (runner, paid, cancelled) in over {
            let seen = world.get(shop, &runner.order).await;
            let at = parse_timestamp(seen.cancelled_at.as_ref());
            assert_eq!(at.is_some(), cancelled, "{}", runner.order);
            let end = runner.end(at, paid);
            let what = (&runner.order, runner.paid, cancelled);
            assert_eq!(status(&seen), end, "{what:?}");
            *ends.entry((end.0, cancelled)).or_default() += 1;
        }
    }
    println!("ends, and whether cancelled: {ends:?}");
    world.hold().await;
}

/// What is certain about a payment's time decides alone, whatever order the three commit in.
#[tokio::test]
async fn a_payment_before_the_cancel_settles_in_each_of_the_six_orders() {
    let (world, shop, account) = World::shop().await;
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for (n, order) in orders.into_iter().enumerate() {
        let name = format!("A{n}");
        let intent = world.create(shop, &name, 49_900).await;
        let told = world.noted(account, payable(&intent), code(&intent)).await;
        world.db.advance_clock(minutes(30)).await;
        for what in order {
            match what {
                0 => assert_eq!(world.tell(told.clone()).await, bus::Outcome::Ack),
                1 => drop(cancelled(&world, shop, &intent).await),
                _ => {
                    world.watermark(mailbox(1)).await;
                    world.work_off().await;
                }
            }
        }
        let seen = world.get(shop, &name).await;
        assert_eq!(status(&seen), ("settled".to_owned(), false), "{order:?}");
    }
    world.hold().await;
}
