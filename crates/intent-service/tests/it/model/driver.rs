//! Tells each step to the service and to the model.

use super::reference::{DEDICATED, SECOND, Shop};
use super::steps::{Delivery, Rules, Step};
use super::words::Word;
use crate::invariants;
use crate::support::*;
use db::{Connection, Scope};
use diesel_async::SimpleAsyncConnection;
use domain::ErrorCode;
use domain::ids::{AccountId, SourceId};
use intent_service::commands::create_intent::CreateIntent;
use jiff::Timestamp;
use proptest::test_runner::TestCaseError;
use proto::intent as pb;
use rails::vpa::Vpa;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

const VPAS: [&str; 2] = ["shop@okbank", "till@okbank"];
/// 2026-11-21 10:00:30.4 in India: no boundary of a second or a minute.
const BEGIN: i64 = 1_795_235_430_400_000;

pub(super) struct Driver<'w> {
    pub(super) world: &'w World,
    pub(super) admin: Connection,
    pub(super) scope: Scope,
    pub(super) accounts: [AccountId; 2],
    pub(super) shop: Shop,
    pub(super) intents: Vec<pb::Intent>,
    /// Every alert that was sent.
    pub(super) told: Vec<Word>,
    /// What the bus holds back.
    pub(super) held: Vec<Word>,
    /// The last reference that a bank gave.
    pub(super) references: u64,
}

pub(super) fn time(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap()
}

pub(super) fn source_id(source: usize) -> SourceId {
    mailbox([1, 2][source])
}

/// Polls so often, then drops: what a process does that is killed, as far as a transaction can tell.
pub(crate) async fn dies_after<F: Future>(polls: u32, future: F) {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        future.as_mut().poll(context).map(drop)
    })
    .await;
}

/// Lets time stand still between steps, so that a story always ends the same way: in this database it is always 1970, and
/// the installation's offset is the time itself.
pub(super) async fn stop_the_clock(world: &World) {
    let mut admin = world.db.admin().await;
    admin
        .batch_execute(
            "ALTER FUNCTION pg_catalog.clock_timestamp() RENAME TO wall_clock; \
             CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE \
                 RETURN timestamptz 'epoch'; \
             CREATE OR REPLACE FUNCTION noxpay.noxpay_now() RETURNS timestamptz \
                 LANGUAGE sql STABLE SET search_path = noxpay, pg_temp \
                 RETURN clock_timestamp() + (SELECT offset_us FROM noxpay.noxpay_clock) * interval '1 microsecond'",
        )
        .await
        .unwrap();
}

impl<'w> Driver<'w> {
    /// A shop with two accounts, both watched by the first mailbox, in an emptied database.
    pub(super) async fn new(world: &'w World, mut admin: Connection) -> Self {
        admin
            .batch_execute(
                "DO $$ DECLARE names text; BEGIN \
                     SELECT string_agg(format('intents.%I', tablename), ', ') INTO names \
                     FROM pg_tables WHERE schemaname = 'intents'; \
                     EXECUTE 'TRUNCATE ' || names; END $$",
            )
            .await
            .unwrap();
        let mut driver = Self {
            world,
            admin,
            scope: merchant(1),
            accounts: [AccountId::new(); 2],
            shop: Shop {
                now: BEGIN,
                opened: BEGIN,
                ..Shop::default()
            },
            intents: Vec::new(),
            told: Vec::new(),
            held: Vec::new(),
            references: 100_000_000_000,
        };
        driver.set_clock().await;
        for account in [0, 1] {
            let kind = Kind {
                dedicated: DEDICATED[account],
                reference_only: false,
            };
            let id = world
                .register(driver.scope, VPAS[account], kind)
                .await
                .unwrap();
            driver.accounts[account] = id;
            driver.count(0, account, true, Delivery::AtOnce).await;
        }
        driver
            .admin
            .batch_execute("UPDATE intents.accounts SET status = 'live'")
            .await
            .unwrap();
        driver
    }

    async fn set_clock(&mut self) {
        let sql = format!(
            "UPDATE noxpay.noxpay_clock SET offset_us = {}",
            self.shop.now
        );
        self.admin.batch_execute(&sql).await.unwrap();
    }

    pub(super) async fn take(&mut self, step: &Step) {
        match step {
            Step::Create {
                account,
                price,
                policy,
                dies_after,
            } => self.create(*account, *price, *policy, *dies_after).await,
            Step::Pay(payment) => self.pay(payment).await,
            Step::Again { which, how } => self.again(*which, *how).await,
            Step::Doubt { which, delivery } => Box::pin(self.doubt(*which, *delivery)).await,
            Step::Cancel { intent, dies_after } => self.cancel(*intent, *dies_after).await,
            Step::Pass(seconds) => {
                self.shop.now += seconds * SECOND;
                self.set_clock().await;
            }
            Step::Restore => self.restore(0).await,
            Step::Watermark {
                source,
                behind,
                delivery,
            } => {
                let until = self.shop.now - behind * SECOND;
                self.watermark(*source, until, *delivery).await;
            }
            Step::Count {
                source,
                account,
                counting,
                delivery,
            } => self.count(*source, *account, *counting, *delivery).await,
            Step::Release(which) => {
                if !self.held.is_empty() {
                    let word = self.held.remove(which % self.held.len());
                    self.deliver(&word).await;
                }
            }
        }
        self.world.work_off().await;
        self.shop.look();
    }

    /// Everything arrives, the mailboxes catch up, and time goes on until only evidence could change anything. Gives the
    /// connection back, and how each intent and each payment ended.
    pub(super) async fn finish(mut self) -> Result<(Connection, Vec<String>), TestCaseError> {
        while let Some(word) = self.held.pop() {
            self.deliver(&word).await;
        }
        for passes in [0, 1_800, 18_000] {
            self.take(&Step::Pass(passes)).await;
            for source in [0, 1] {
                let until = self.shop.now;
                self.watermark(source, until, Delivery::AtOnce).await;
            }
            self.look_at_sources(true).await?;
            self.take(&Step::Pass(0)).await;
            self.compare().await?;
        }
        invariants::hold(&mut self.admin).await;
        let intents = self.shop.intents.iter();
        let ends = intents.map(|intent| format!("intent: {:?}", intent.state));
        let found = self.shop.findings.values();
        let ends = ends.chain(found.map(|f| format!("payment: {} {}", f.outcome, f.why)));
        Ok((self.admin, ends.collect()))
    }

    async fn create(&mut self, account: usize, price: i64, policy: Rules, dies: Option<u32>) {
        let order = format!("A{}", self.intents.len());
        let request = CreateIntent {
            vpa: Some(Vpa::parse(VPAS[account]).unwrap()),
            ..World::request(&order, price)
        };
        if let Some(polls) = dies {
            dies_after(polls, self.world.try_create(self.scope, &request)).await;
        }
        let answer = self.world.try_create(self.scope, &request).await;
        let Some(amount) = self.shop.amount_for(account, price) else {
            return refused(answer, ErrorCode::AmountSpaceExhausted, None);
        };
        let intent = answer.unwrap().intent.unwrap();
        assert_eq!(payable(&intent), amount, "the longest unused amount");
        let policy_json = match policy {
            Rules::Default => None,
            Rules::Tolerant => Some((1, 14_400, "settle")),
            Rules::AsksWhenLate => Some((0, 14_400, "review")),
            Rules::ShortWindow => Some((0, 600, "settle")),
        };
        if let Some((tolerance, window, late)) = policy_json {
            let sql = format!(
                "UPDATE intents.intents SET policy = json_build_object('tolerance_minor', {tolerance}, \
                 'late_window_s', {window}, 'late', '{late}') WHERE id = '{}'",
                intent.id
            );
            self.admin.batch_execute(&sql).await.unwrap();
        }
        self.shop.create(account, amount, policy);
        self.intents.push(intent);
    }

    async fn restore(&mut self, account: usize) {
        let answer = self.world.restore(self.scope, self.accounts[account]).await;
        if self.shop.restore(account) {
            assert!(answer.is_ok(), "{answer:?}");
        } else {
            refused(answer, ErrorCode::WrongState, None);
        }
    }

    async fn cancel(&mut self, which: usize, dies: Option<u32>) {
        if self.intents.is_empty() {
            return;
        }
        let which = which % self.intents.len();
        let intent = &self.intents[which];
        if let Some(polls) = dies {
            dies_after(polls, self.world.cancel(self.scope, intent)).await;
        }
        let answer = self.world.cancel(self.scope, intent).await;
        if self.shop.cancel(which) {
            assert!(answer.is_ok(), "{answer:?}");
        } else {
            refused(answer, ErrorCode::WrongState, None);
        }
    }
}
