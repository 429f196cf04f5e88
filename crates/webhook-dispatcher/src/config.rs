//! What the dispatcher is told at start.

use crate::mailer::Mailer;
use crate::retention::Days;
use crate::schedule::Schedule;
use db::{DatabaseSettings, Schema};
use domain::event::Producer;
use jiff::SignedDuration;
use runtime::egress::{Egress, Excess, HttpOptions};
use runtime::internal::{self, InternalSettings};
use runtime::listen::Exposure;
use runtime::{CommonSettings, Env, Invalid, SealingKeys, Settings};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Merchants may take this long to answer before an attempt counts as failed (the `NoxPay` dialect's promise).
const DEFAULT_TIMEOUT_MS: u64 = 10_000;

#[derive(Clone)]
pub struct Config {
    pub common: CommonSettings,
    pub grpc_listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub database: DatabaseSettings,
    pub broker: bus::Settings,
    /// Batches of bus events handled at once; those of one intent one after the other.
    pub lanes: usize,
    pub internal: InternalSettings,
    /// Opens and seals endpoints' secrets.
    pub sealing: Arc<SealingKeys>,
    pub egress: Egress,
    /// When a failed delivery is tried again.
    pub schedule: Schedule,
    /// For one attempt, with its answer.
    pub timeout: Duration,
    /// Attempts under way at once: of all endpoints, and of one.
    pub concurrency: usize,
    pub per_endpoint: usize,
    /// How long events are kept, with their deliveries.
    pub keep_events: SignedDuration,
    /// Who writes to merchants, if anybody.
    pub mailer: Option<Mailer>,
}

impl Settings for Config {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let grpc_listen = internal::listen(
            env,
            "NOXPAY_GRPC_LISTEN",
            "127.0.0.1:9093",
            "where gRPC is served to the gateway",
        );
        let admin_listen = env.listen(
            "NOXPAY_ADMIN_LISTEN",
            "127.0.0.1:9183",
            Exposure::Admin,
            "where probes and metrics are served",
        );
        let database = DatabaseSettings::read(env, Schema::Webhooks, "webhook-dispatcher");
        let broker = bus::Settings::read(env, Producer::WebhookDispatcher);
        let lanes = bus::lanes(env);
        let internal = InternalSettings::read(env);
        let sealing = SealingKeys::read(env);
        let egress = Egress::read(env);
        let schedule = env.or(
            "NOXPAY_WEBHOOK_SCHEDULE_S",
            Schedule::DEFAULT,
            "seconds before each attempt, the first one included",
        );
        let timeout = env.millis(
            "NOXPAY_WEBHOOK_TIMEOUT_MS",
            DEFAULT_TIMEOUT_MS,
            "how long one attempt may take, with its answer",
        );
        let concurrency = env.or(
            "NOXPAY_WEBHOOK_CONCURRENCY",
            "1024",
            "attempts under way at once, of one replica",
        );
        let per_endpoint = env.or(
            "NOXPAY_WEBHOOK_ENDPOINT_CONCURRENCY",
            "32",
            "attempts under way at once to one endpoint, of one replica; few where it does not answer",
        );
        let keep_events = env.or::<Days>(
            "NOXPAY_WEBHOOK_EVENT_DAYS",
            "90",
            "how many days webhook events are kept, with their deliveries and attempts; what still waits stays longer",
        );
        let mailer = Mailer::read(env);
        Ok(Self {
            common: common?,
            grpc_listen: grpc_listen?,
            admin_listen: admin_listen?,
            database: database?,
            broker: broker?,
            lanes: lanes?,
            internal: internal?,
            sealing: Arc::new(sealing?),
            egress: egress?,
            schedule: schedule?,
            timeout: timeout?,
            concurrency: concurrency?,
            per_endpoint: per_endpoint?,
            keep_events: keep_events?.0,
            mailer: mailer?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

impl Config {
    /// Answers are only shown, so a long one is cut.
    pub(crate) fn http_options(&self) -> HttpOptions {
        HttpOptions {
            timeout: self.timeout,
            max_body: crate::redact::MOST_BYTES,
            excess: Excess::Cut,
            ..HttpOptions::default()
        }
    }
}
