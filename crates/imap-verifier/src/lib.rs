#![doc = include_str!("../README.md")]

mod app;
mod commands;
mod config;
mod consume;
mod dns;
mod error;
mod events;
mod grpc;
mod housekeeping;
mod intake;
mod oauth;
mod own_rules;
mod owner;
mod phone;
mod push;
mod reader;
mod results;
mod rows;
mod schema;
mod watermark;

pub use config::{Config, KeySource, Reading};
pub use error::StartError;
pub use results::ResultsProviders;

use alerts::Rules;
use app::{App, Shared};
use bus::{Bus, Relay, consumer, topology};
use db::{Databases, clock, inbox};
use domain::Clock;
use domain::event::Producer;
use owner::Owner;
use runtime::{Environment, Health, Shutdown};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// Where a running service listens.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub grpc: SocketAddr,
    pub admin: SocketAddr,
}

/// Starts the service and returns; it works until `shutdown` says stop. Neither PostgreSQL nor RabbitMQ need be there yet.
///
/// # Errors
/// [`StartError`] where starting again will not help, or an address is taken.
pub async fn run(config: Config, shutdown: Shutdown) -> Result<Running, StartError> {
    let health = Health::new();
    let postgres = health.required("postgres");
    let mailboxes = health.degrading("mailboxes");
    let environment = config.common.environment;
    let db = Databases::try_new(&config.database)?;
    let bus = Bus::start(
        config.broker,
        Producer::ImapVerifier,
        health.degrading("rabbitmq"),
        &shutdown,
    );
    let clock = Clock::new();
    let app: Shared = Arc::new(App {
        tokens: oauth::TokenEndpoint::new(&config.egress)?,
        connector: reader::Connector::new(config.egress, config.imap_ca.as_deref())?,
        keys: dns::Keys::new(
            dns::Resolver::new(config.keys)?,
            db.worker.clone(),
            clock.clone(),
        ),
        rules: rules(environment),
        sealing: config.sealing,
        own_rules: own_rules::OwnRules::default(),
        results: config.results,
        keep_bodies: config.keep_bodies,
        reading: config.reading,
        clock,
        shutdown: shutdown.clone(),
        mailboxes_changed: Notify::new(),
        db,
        bus,
    });

    let admin = runtime::admin::serve(config.admin_listen, health, &shutdown)
        .await
        .map_err(StartError::Admin)?;
    let routes = tonic::service::Routes::new(grpc::server(app.clone()));
    let grpc = runtime::internal::serve(
        config.grpc_listen,
        routes,
        grpc::CALLERS,
        &config.internal,
        environment,
        &shutdown,
    )?;

    shutdown.spawn(
        "postgres",
        db::watch(app.db.clone(), postgres, shutdown.soft.clone()),
    );
    shutdown.spawn_last("relay", Relay::new(&app.bus, &app.db).run(shutdown.clone()));
    shutdown.spawn("consumer", {
        let handler = {
            let app = app.clone();
            move |delivery| consume::handle(app.clone(), delivery)
        };
        consumer::consume(
            app.bus.clone(),
            &topology::IMAP_VERIFIER,
            handler,
            shutdown.clone(),
        )
    });
    let inbox = inbox::maintain(app.db.worker.clone(), shutdown.soft.clone());
    shutdown.spawn("inbox", inbox);
    shutdown.spawn("silent sources", push::watch(app.clone()));
    shutdown.spawn("housekeeping", housekeeping::run(app.clone()));
    shutdown.spawn("mailboxes", read_mailboxes(app, mailboxes));
    Ok(Running { grpc, admin })
}

/// Reads mailboxes once the installation's clock is known.
async fn read_mailboxes(
    app: Shared,
    health: runtime::health::HealthFlag,
) -> Result<(), Infallible> {
    let soft = app.shutdown.soft.clone();
    let mut backoff = runtime::Backoff::reconnect();
    while let Err(error) = clock::refresh_once(&app.clock, &app.db.worker).await {
        tracing::warn!(%error, "the installation's clock is not known yet");
        if backoff.wait(&soft).await == runtime::backoff::Woken::Stopping {
            return Ok(());
        }
    }
    let clock = clock::follow(app.clock.clone(), app.db.worker.clone(), soft);
    let (owned, _) = tokio::join!(Owner::new(app, health).run(), clock);
    owned
}

/// The demo bank exists in development alone.
fn rules(environment: Environment) -> Rules {
    match environment {
        Environment::Development => Rules::with_demo_bank(),
        Environment::Production => Rules::builtin(),
    }
}
