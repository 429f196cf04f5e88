//! A day of a busy shop: one price, one account, 500 checkouts. The figures are printed.

use crate::chance::chance;
use crate::support::*;
use domain::event::Observation;
use domain::ids::AccountId;
use domain::{Interval, Precision, StatusName};
use intent_service::queries::unmatched::list_unmatched;
use jiff::{SignedDuration, Timestamp};
use proto::intent as pb;
use std::collections::BTreeMap;

const CHECKOUTS: usize = 500;
/// ₹499.00.
const PRICE: i64 = 49_900;
/// One in ten pays.
const PAYS: usize = 10;
/// How busy each hour of the day is, of 500 in all.
const HOURS: [usize; 24] = [
    6, 3, 2, 1, 1, 2, 5, 11, 17, 23, 28, 31, 30, 26, 23, 22, 24, 29, 36, 44, 49, 43, 29, 15,
];
/// How long an alert without a time of day may have been on its way.
const ALERT_DELAY: SignedDuration = SignedDuration::from_mins(30);

/// What happens at a moment of the day.
enum Moment {
    Checkout(usize),
    /// The payer pays; the alert follows.
    Paid(usize),
    Alert(usize),
    /// The mailbox has read everything.
    Watermark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Punctuality {
    InTime,
    Late,
    /// After the late window: whoever pays a checkout of this morning in the evening.
    TooLate,
}

/// How one payer pays.
#[derive(Clone, Copy, Debug)]
struct Payer {
    punctuality: Punctuality,
    /// From the checkout.
    after: SignedDuration,
    /// Until the alert is signed.
    alert_after: SignedDuration,
    precision: Precision,
    noted: bool,
}

fn seconds(chance: &mut fastrand::Rng, range: std::ops::Range<i64>) -> SignedDuration {
    SignedDuration::from_secs(chance.i64(range))
}

/// Of 50 payers: 44 in time, 5 in the late window, one after it, with the code; 10 alerts with a date only; 15 notes with the code.
fn payer(n: usize, chance: &mut fastrand::Rng) -> Payer {
    let punctuality = match n {
        0 => Punctuality::TooLate,
        1..6 => Punctuality::Late,
        _ => Punctuality::InTime,
    };
    let after = match punctuality {
        Punctuality::InTime => seconds(chance, 15..840),
        Punctuality::Late => seconds(chance, 960..14_000),
        Punctuality::TooLate => seconds(chance, 15_400..25_000),
    };
    let precision = match n % 5 {
        0 => Precision::Date,
        1 | 2 => Precision::Minute,
        _ => Precision::Second,
    };
    Payer {
        punctuality,
        after,
        // Most alerts come within seconds; some banks take their time.
        alert_after: match chance.u32(..10) {
            0 => seconds(chance, 60..1_500),
            _ => seconds(chance, 2..30),
        },
        precision,
        // An amount is its intent's up to the end of the late window. Who pays later and without the code pays whoever
        // has the amount by then: no rule could tell.
        noted: punctuality == Punctuality::TooLate || chance.u32(..10) < 3,
    }
}

/// What the bank prints about a payment of `paid`, in a mail of `signed`.
fn printed(precision: Precision, paid: Timestamp, signed: Timestamp) -> Interval {
    let whole = |length: i64| {
        let begin = paid.as_second().div_euclid(length) * length;
        Timestamp::from_second(begin).unwrap()
    };
    match precision {
        Precision::Minute => Interval::minute(whole(60)),
        Precision::Date => Interval::new(signed - ALERT_DELAY, signed, Precision::Date).unwrap(),
        Precision::Second | Precision::Block => Interval::second(whole(1)),
    }
}

/// A whole day's moments, as seconds from its beginning.
fn plan(chance: &mut fastrand::Rng) -> (Vec<(i64, Moment)>, BTreeMap<usize, Payer>) {
    let mut opened = Vec::new();
    for (hour, count) in (0_i64..).zip(HOURS) {
        opened.extend((0..count).map(|_| hour * 3_600 + chance.i64(0..3_600)));
    }
    opened.sort_unstable();
    assert_eq!(opened.len(), CHECKOUTS);
    let mut buyers: Vec<usize> = (0..CHECKOUTS).collect();
    chance.shuffle(&mut buyers);
    let mut payers = BTreeMap::new();
    for (n, checkout) in buyers.into_iter().take(CHECKOUTS / PAYS).enumerate() {
        payers.insert(checkout, payer(n, chance));
    }
    let mut day: Vec<(i64, Moment)> = Vec::new();
    for (checkout, at) in opened.into_iter().enumerate() {
        day.push((at, Moment::Checkout(checkout)));
        if let Some(payer) = payers.get(&checkout) {
            let paid = at + payer.after.as_secs();
            day.push((paid, Moment::Paid(checkout)));
            let signed = paid + payer.alert_after.as_secs();
            day.push((signed, Moment::Alert(checkout)));
        }
    }
    let end = day.iter().map(|(at, _)| *at).max().unwrap_or(0) + 1_800;
    day.extend((1..=end / 1_200).map(|n| (n * 1_200, Moment::Watermark)));
    day.sort_by_key(|(at, _)| *at);
    (day, payers)
}

struct Day {
    world: World,
    account: AccountId,
    intents: Vec<pb::Intent>,
    payers: BTreeMap<usize, Payer>,
    /// When each payer paid.
    paid_at: BTreeMap<usize, Timestamp>,
    /// The reference of each payer's money.
    references: BTreeMap<usize, String>,
}

impl Day {
    async fn happen(&mut self, moment: Moment) {
        let world = &self.world;
        match moment {
            Moment::Checkout(n) => {
                let intent = world.create(merchant(1), &format!("A{n}"), PRICE).await;
                self.intents.push(intent);
            }
            Moment::Paid(n) => {
                let now = world.now().await;
                self.paid_at.insert(n, now);
            }
            Moment::Alert(n) => {
                let (intent, payer) = (&self.intents[n], &self.payers[&n]);
                let note = if payer.noted { code(intent) } else { "UPI" };
                let told = world.noted(self.account, payable(intent), note).await;
                let told = Observation {
                    interval: printed(payer.precision, self.paid_at[&n], told.seen_at),
                    ..told
                };
                self.references.insert(n, told.reference.clone());
                assert_eq!(world.tell(told).await, bus::Outcome::Ack);
            }
            Moment::Watermark => {
                world.watermark(mailbox(1)).await;
                world.work_off().await;
            }
        }
    }
}

#[tokio::test]
async fn a_day_of_five_hundred_checkouts_at_one_price_settles_none_wrong() {
    let mut chance = chance();
    let (world, shop, account) = World::shop().await;
    let (moments, payers) = plan(&mut chance);
    let mut day = Day {
        world,
        account,
        intents: Vec::new(),
        payers,
        paid_at: BTreeMap::new(),
        references: BTreeMap::new(),
    };
    // One connection for the day: each `advance_clock` would open its own.
    let mut clock = day.world.db.admin().await;
    for (at, moment) in moments {
        let offset = SignedDuration::from_secs(at);
        db::clock::set_offset(&mut clock, offset).await.unwrap();
        day.happen(moment).await;
    }
    day.world.pass(minutes(30)).await;
    day.world.watermark(mailbox(1)).await;
    day.world.work_off().await;

    let mut wrong = Vec::new();
    // By how the payer paid: how many, and how many without a person.
    let mut counts: BTreeMap<Punctuality, (usize, usize)> = BTreeMap::new();
    for (n, payer) in &day.payers {
        let seen = day.world.get(shop, &format!("A{n}")).await;
        let settled = seen.status() == pb::IntentStatus::Settled;
        if settled && seen.references != [day.references[n].clone()] {
            wrong.push((n, seen.references));
        }
        let (all, alone) = counts.entry(payer.punctuality).or_default();
        *all += 1;
        *alone += usize::from(settled);
    }
    let payments = day.references.len();
    let alone: usize = counts.values().map(|(_, alone)| alone).sum();
    let open = list_unmatched(&day.world.core, shop, 200).await;
    let reasons: Vec<String> = open.unwrap().iter().map(|e| format!("{e:?}")).collect();
    println!(
        "{CHECKOUTS} checkouts, {payments} payments, {alone} settled without a person, {} wrong; by punctuality \
         (all, without a person): {counts:?}; {} unmatched",
        wrong.len(),
        reasons.len(),
    );
    assert_eq!(wrong, [], "settled by another's money");
    assert_eq!(day.world.status_count(StatusName::Settled).await, alone);
    assert_eq!(payments, CHECKOUTS / PAYS);
    assert!(
        alone * 100 >= payments * 95,
        "{alone} of {payments}: {reasons:#?}"
    );
    day.world.hold().await;
}
