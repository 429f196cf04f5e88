#![doc = include_str!("../README.md")]

mod config;
mod consume;
mod disable;
mod error;
mod grpc;
mod key_pair;
mod keyring;
mod mailer;
mod message;
mod profile;
mod redact;
mod resend;
pub mod retention;
mod rows;
mod schedule;
mod schema;
mod secret;
mod send;

pub use config::Config;
pub use mailer::Mailer;
pub use schedule::Schedule;

use bus::consumer::{self, Batching};
use bus::{Bus, Relay, topology};
use db::Databases;
use domain::Clock;
use domain::event::Producer;
use runtime::{Health, Shutdown, admin};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// Bus events that one transaction stores.
const MOST_TOGETHER: usize = 100;

/// Where a running dispatcher listens.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub grpc: SocketAddr,
    pub admin: SocketAddr,
}

/// Starts everything and gives back where it listens; the tasks end with `shutdown`.
///
/// # Errors
/// A database or broker address that cannot be used, or a listener that is taken.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<Running> {
    let health = Health::new();
    let admin = admin::serve(config.admin_listen, health.clone(), &shutdown).await?;
    let databases = Databases::try_new(&config.database)?;
    let clock = Clock::new();
    let http = config.egress.http(&config.http_options())?;
    let postman = send::Postman { http };
    let (due, fed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));

    let (worker, soft) = (databases.worker.clone(), shutdown.soft.clone());
    let follow = db::clock::follow(clock.clone(), worker.clone(), soft.clone());
    shutdown.spawn("clock", follow);
    shutdown.spawn("inbox", db::inbox::maintain(worker, soft.clone()));
    let postgres = health.required("postgres");
    shutdown.spawn("postgres", db::watch(databases.clone(), postgres, soft));

    let bus = Bus::start(
        config.broker.clone(),
        Producer::WebhookDispatcher,
        health.degrading("rabbitmq"),
        &shutdown,
    );
    let intake = consume::Intake {
        worker: databases.worker.clone(),
        keys: config.sealing.clone(),
        due: due.clone(),
        fed: fed.clone(),
    };
    let batching = Batching {
        lanes: config.lanes,
        most: MOST_TOGETHER,
    };
    shutdown.spawn(
        "consumer",
        consumer::consume_in_batches(
            bus.clone(),
            &topology::WEBHOOK_DISPATCHER,
            batching,
            move |batch| {
                let intake = intake.clone();
                async move { intake.handle(&batch).await }
            },
            shutdown.clone(),
        ),
    );
    shutdown.spawn_last("relay", Relay::new(&bus, &databases).run(shutdown.clone()));

    let sender = send::Sender {
        worker: databases.worker.clone(),
        postman: postman.clone(),
        keys: config.sealing.clone(),
        schedule: config.schedule.clone(),
        clock: clock.clone(),
        timeout: config.timeout,
        concurrency: config.concurrency,
        per_endpoint: config.per_endpoint,
        due: due.clone(),
        fed: fed.clone(),
    };
    shutdown.spawn("sender", send::run(sender.clone(), shutdown.clone()));
    shutdown.spawn(
        "sweeper",
        send::sweep(databases.worker.clone(), shutdown.soft.clone()),
    );
    shutdown.spawn(
        "retention",
        retention::run(
            databases.worker.clone(),
            config.keep_events,
            shutdown.soft.clone(),
        ),
    );

    shutdown.spawn(
        "mailer",
        mailer::run(
            databases.worker.clone(),
            config.mailer.clone(),
            shutdown.soft.clone(),
        ),
    );
    shutdown.spawn(
        "resender",
        resend::run(databases.worker.clone(), due.clone(), shutdown.soft.clone()),
    );

    let service = grpc::Webhooks {
        databases,
        bus,
        egress: config.egress.clone(),
        keys: config.sealing.clone(),
        environment: config.common.environment,
        clock,
        postman,
        due,
        fed,
    };
    let grpc = grpc::serve(service, &config, &shutdown)?;
    Ok(Running { grpc, admin })
}
