#![doc = include_str!("../README.md")]

mod config;
mod consume;
mod error;
mod grpc;
mod message;
mod rows;
mod schedule;
mod schema;
mod secret;
mod send;

pub use config::Config;
pub use schedule::Schedule;

use bus::{Bus, consumer, topology};
use db::Databases;
use domain::Clock;
use domain::event::Producer;
use runtime::{Health, Shutdown, admin};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

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
    let due = Arc::new(Notify::new());

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
    let (worker, wake) = (databases.worker.clone(), due.clone());
    shutdown.spawn(
        "consumer",
        consumer::consume_in_lanes(
            bus.clone(),
            &topology::WEBHOOK_DISPATCHER,
            config.lanes,
            move |delivery| {
                let (worker, wake) = (worker.clone(), wake.clone());
                async move { consume::handle(&worker, &wake, &delivery.envelope).await }
            },
            shutdown.clone(),
        ),
    );

    let sender = send::Sender {
        worker: databases.worker.clone(),
        http,
        keys: config.sealing.clone(),
        schedule: config.schedule.clone(),
        clock: clock.clone(),
        timeout: config.timeout,
    };
    shutdown.spawn(
        "sender",
        send::run(sender, config.concurrency, due.clone(), shutdown.clone()),
    );

    let service = grpc::Webhooks {
        databases,
        bus,
        egress: config.egress.clone(),
        keys: config.sealing.clone(),
        environment: config.common.environment,
        due,
    };
    let grpc = grpc::serve(service, &config, &shutdown)?;
    Ok(Running { grpc, admin })
}
