//! The service against a naive model of itself: random stories, told to both.
//!
//! [`reference`], [`ladder`], [`dedication`] and [`doubts`] say what the rules come to, in plain lists; [`steps`] makes the stories; [`driver`] and
//! [`words`] tell each step to the service (and kill some of its transactions on the way) and to the model; [`compare`]
//! holds what came of it side by side.

mod compare;
mod dedication;
mod doubts;
mod driver;
mod ladder;
mod reference;
mod steps;
mod words;

use crate::support::World;
use db::Connection;
use driver::Driver;
pub(crate) use driver::dies_after;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use std::collections::BTreeMap;
use std::sync::Mutex;
use steps::Step;

/// How many stories a run tells; `PROPTEST_CASES` asks for more.
const CASES: u32 = 40;
/// Proptest's own default, which means that nobody asked for anything.
const NOT_ASKED: u32 = 256;

#[test]
fn the_service_does_what_the_model_says() {
    let asked = Config::default();
    let config = Config {
        cases: match asked.cases {
            NOT_ASKED => CASES,
            cases => cases,
        },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/it/model/regressions.txt",
        ))),
        // Milliseconds: the story is shorter by then, and the run is not yet killed.
        max_shrink_time: 60_000,
        max_shrink_iters: 20_000,
        ..asked
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(async {
        let world = World::new().await;
        driver::stop_the_clock(&world).await;
        world
    });
    // Lent from story to story: a failed one does not give it back.
    let admin = Mutex::new(None);
    let tally = Mutex::new(BTreeMap::new());
    let mut runner = TestRunner::new(config);
    let told = runner.run(&steps::story(), |story| {
        runtime.block_on(async {
            let lent = admin.lock().unwrap().take();
            let conn = match lent {
                Some(conn) => conn,
                None => world.db.admin().await,
            };
            let (conn, ends) = tell(&world, conn, &story).await?;
            let mut tally = tally.lock().unwrap();
            for end in ends {
                *tally.entry(end).or_insert(0_usize) += 1;
            }
            *admin.lock().unwrap() = Some(conn);
            Ok(())
        })
    });
    println!(
        "how intents and payments ended: {:#?}",
        tally.lock().unwrap()
    );
    if let Err(error) = told {
        panic!("{error}");
    }
}

/// One database for all of them, since emptying it is cheaper than making another.
async fn tell(
    world: &World,
    admin: Connection,
    story: &[Step],
) -> Result<(Connection, Vec<String>), TestCaseError> {
    let mut driver = Driver::new(world, admin).await;
    for step in story {
        driver.take(step).await;
        driver.compare().await?;
    }
    driver.finish().await
}
