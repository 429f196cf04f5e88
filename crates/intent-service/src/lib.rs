#![doc = include_str!("../README.md")]

pub mod commands;
pub mod config;
pub mod consume;
pub mod core;
mod dedication;
pub mod error;
pub mod evidence;
pub mod expiry;
mod grpc;
pub mod housekeeping;
pub mod identifiers;
mod judge;
mod link;
mod moves;
mod offer;
mod payment;
pub mod queries;
pub mod reply;
pub mod rows;
mod schema;
mod snapshot;
pub mod sources;
mod weigh;

use crate::config::Config;
use crate::core::Core;
use crate::error::StartError;
use crate::identifiers::IdentifierHash;
use bus::topology::INTENT_SERVICE;
use bus::{Bus, Delivery, Relay, Transient, consumer};
use db::Databases;
use domain::event::Producer;
use proto::intent::intent_service_server::IntentServiceServer;
use runtime::{Health, Shutdown, admin, internal};
use std::convert::Infallible;
use std::net::SocketAddr;
use tonic::service::Routes;

/// Where a started service listens.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub grpc: SocketAddr,
    pub admin: SocketAddr,
}

/// Starts the service. It then runs until `shutdown` begins; PostgreSQL and RabbitMQ may come later, and go.
///
/// # Errors
/// If an address cannot be listened on, or a database URL is none.
pub async fn run(config: Config, shutdown: Shutdown) -> Result<Running, StartError> {
    let health = Health::new();
    let admin = admin::serve(config.admin_listen, health.clone(), &shutdown).await;
    let admin = admin.map_err(StartError::Admin)?;
    let databases = Databases::try_new(&config.database)?;
    let identifiers = IdentifierHash::new(config.pepper);
    let core = Core::new(
        databases.clone(),
        identifiers,
        config.intent_ttl,
        config.common.environment,
    );
    let broker = health.degrading("rabbitmq");
    let bus = Bus::start(config.broker, Producer::IntentService, broker, &shutdown);

    let grpc = internal::serve(
        config.grpc_listen,
        Routes::new(IntentServiceServer::new(grpc::Grpc::new(
            core.clone(),
            bus.clone(),
        ))),
        grpc::CALLERS,
        &config.internal,
        config.common.environment,
        &shutdown,
    )?;
    let soft = &shutdown.soft;
    shutdown.spawn_last("relay", Relay::new(&bus, &databases).run(shutdown.clone()));
    shutdown.spawn(
        "consumer",
        consume_all(core.clone(), bus, config.lanes, shutdown.clone()),
    );
    shutdown.spawn("expiry", expiry::run(core.clone(), soft.clone()));
    shutdown.spawn("housekeeping", housekeeping::run(core, soft.clone()));
    let inbox = db::inbox::maintain(databases.worker.clone(), soft.clone());
    shutdown.spawn("inbox", inbox);
    let postgres = health.required("postgres");
    shutdown.spawn("postgres", db::watch(databases, postgres, soft.clone()));
    Ok(Running { grpc, admin })
}

async fn consume_all(
    core: Core,
    bus: Bus,
    lanes: usize,
    shutdown: Shutdown,
) -> Result<(), Infallible> {
    let handler = async |delivery: Delivery| {
        let handled = consume::handle(&core, &delivery.envelope).await;
        handled.map_err(Transient::from)
    };
    consumer::consume_in_lanes(bus, &INTENT_SERVICE, lanes, handler, shutdown).await
}
