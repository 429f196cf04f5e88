#![doc = include_str!("../README.md")]

mod admin;
mod app;
mod auth;
mod checkout;
pub mod config;
mod decisions;
mod dialect;
mod error;
mod http;
mod intents;
mod limiter;
mod merchants;
mod peers;
mod refusal;
mod router;
mod routes;
mod schema;
mod server;
#[cfg(test)]
mod tests;
mod webhooks;

pub use config::Config;
pub use error::StartError;

use crate::app::{App, Flags};
use crate::auth::{Auth, Hasher, revocation};
use crate::checkout::Pages;
use crate::limiter::Limiter;
use crate::merchants::Issuer;
use crate::peers::Peers;
use crate::webhooks::Polls;
use bus::{Bus, Relay, Tap};
use db::Databases;
use domain::Clock;
use domain::event::Producer;
use runtime::{Health, Shutdown};
use std::net::SocketAddr;

/// The process's name in logs, traces, internal calls and at the broker.
pub const NAME: &str = "api-gateway";

/// Where a started gateway listens.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub http: SocketAddr,
    pub admin: SocketAddr,
}

/// Starts the gateway; it drains when the soft token fires. It starts without PostgreSQL, RabbitMQ and the other services, and
/// answers 503 to what needs them.
///
/// # Errors
/// [`StartError`] if an address is taken, or a setting is unusable.
pub async fn run(config: Config, shutdown: Shutdown) -> Result<Running, StartError> {
    let health = Health::new();
    let flags = Flags {
        postgres: health.required("postgres"),
        rabbitmq: health.degrading("rabbitmq"),
        intents: health.degrading("intent-service"),
        revocations: health.degrading("revocations"),
    };
    let admin = runtime::admin::serve(config.admin_listen, health, &shutdown)
        .await
        .map_err(|e| StartError::Listen(config.admin_listen, e))?;
    let (http_listen, grace) = (config.http_listen, config.common.shutdown_grace);
    let broker = config.broker.clone();
    let app = assemble(config, flags)?;
    start_clock(&app, &shutdown).await;
    start_bus(&app, broker, &shutdown);
    let stop = shutdown.soft.clone();
    shutdown.spawn(
        "revocations",
        revocation::listen(
            app.databases.worker.clone(),
            app.auth.verified(),
            app.flags.revocations.clone(),
            stop.clone(),
        ),
    );
    let watched = db::watch(
        app.databases.clone(),
        app.flags.postgres.clone(),
        stop.clone(),
    );
    shutdown.spawn("postgres", watched);
    shutdown.spawn(
        "intent-service",
        peers::watch_intents(app.peers.clone(), app.flags.intents.clone(), stop),
    );
    let http = server::serve(http_listen, app, grace, &shutdown)
        .map_err(|e| StartError::Listen(http_listen, e))?;
    Ok(Running { http, admin })
}

fn assemble(config: Config, flags: Flags) -> Result<App, StartError> {
    let environment = config.common.environment;
    let databases = Databases::try_new(&config.database)?;
    let clock = Clock::new();
    // One queue for checking and for making secrets.
    let hasher = Hasher::new();
    let auth = Auth::new(
        databases.worker.clone(),
        clock.clone(),
        environment,
        &config.pepper,
        hasher.clone(),
        config.limits.credential_rpm,
    );
    Ok(App {
        environment,
        edge: config.edge,
        issuer: Issuer::new(databases.clone(), clock.clone(), &config.pepper, hasher),
        clock,
        databases,
        auth,
        admin_key: config.admin_key,
        admin_tries: Limiter::new(),
        alert_tries: Limiter::new(),
        peers: Peers::new(&config.peers)?,
        public: Limiter::new(),
        hints: Limiter::per_hour(),
        public_rpm: config.limits.public_rpm,
        pages: Pages::default(),
        webhook_tests: Limiter::new(),
        webhook_resends: Limiter::per_hour(),
        polls: Polls::default(),
        log_hash: config.pepper.keyed("ids in logs"),
        flags,
    })
}

async fn start_clock(app: &App, shutdown: &Shutdown) {
    let (clock, pool) = (app.clock.clone(), app.databases.worker.clone());
    if let Err(error) = db::clock::refresh_once(&clock, &pool).await {
        tracing::warn!(%error, "the clock's offset is not known yet");
    }
    let follow = db::clock::follow(clock, pool, shutdown.soft.clone());
    shutdown.spawn("clock", follow);
}

fn start_bus(app: &App, settings: bus::Settings, shutdown: &Shutdown) {
    let health = app.flags.rabbitmq.clone();
    let bus = Bus::start(settings, Producer::ApiGateway, health, shutdown);
    let relay = Relay::new(&bus, &app.databases).run(shutdown.clone());
    shutdown.spawn_last("relay", relay);
    let tapped = Tap::start(&bus, shutdown).subscribe();
    let follow = checkout::follow(
        app.pages.clone(),
        app.peers.clone(),
        app.flags.rabbitmq.clone(),
        tapped,
        shutdown.soft.clone(),
    );
    shutdown.spawn("page pushes", follow);
}
