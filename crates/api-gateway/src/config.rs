//! What the gateway is told at start.

mod edge;
mod keys;
#[cfg(test)]
mod tests;

pub(crate) use edge::is_local;
pub use edge::{Origins, PublicUrl, TrustedProxies};
pub use keys::{AdminKey, Pepper};

use bus::Settings as BrokerSettings;
use db::{DatabaseSettings, Schema};
use domain::event::Producer;
use runtime::internal::{self, InternalSettings};
use runtime::listen::Exposure;
use runtime::settings::{CommonSettings, Env, Invalid, Settings};
use std::net::SocketAddr;
use tonic::transport::Uri;

/// Everything the gateway reads from its environment.
pub struct Config {
    pub common: CommonSettings,
    pub http_listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub edge: Edge,
    pub limits: Limits,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub peers: PeerSettings,
    pub pepper: Pepper,
    pub admin_key: AdminKey,
}

/// How the world sees the gateway.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The base of every link that is given out.
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    /// Pages of these origins may call the API.
    pub origins: Origins,
    /// The Host for which `/health` says "healthy" instead of "ok".
    pub healthy_host: Option<String>,
}

/// How much one caller may ask.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests per minute and credential, before the burst.
    pub credential_rpm: u32,
    /// Requests per minute and address on the routes that need no credential; 0 for no limit.
    pub public_rpm: u32,
}

/// The other processes.
#[derive(Clone)]
pub struct PeerSettings {
    pub internal: InternalSettings,
    pub intents: Uri,
    pub mail: Uri,
    pub webhooks: Uri,
}

impl Settings for Config {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let http_listen = env.listen(
            "NOXPAY_HTTP_LISTEN",
            "127.0.0.1:8080",
            Exposure::Public,
            "where the API and the pages are served; a proxy in front ends TLS",
        );
        let admin_listen = env.listen(
            "NOXPAY_ADMIN_LISTEN",
            "127.0.0.1:9180",
            Exposure::Admin,
            "where probes and metrics are served",
        );
        let edge = Edge::read(env);
        let limits = Limits::read(env);
        let database = DatabaseSettings::read(env, Schema::Gateway, crate::NAME);
        let broker = BrokerSettings::read(env, Producer::ApiGateway);
        let peers = PeerSettings::read(env);
        let pepper = Pepper::read(env);
        let admin_key = AdminKey::read(env);
        Ok(Self {
            common: common?,
            http_listen: http_listen?,
            admin_listen: admin_listen?,
            edge: edge?,
            limits: limits?,
            database: database?,
            broker: broker?,
            peers: peers?,
            pepper: pepper?,
            admin_key: admin_key?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

impl Edge {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let public_url = PublicUrl::read(env);
        let trusted_proxies = env.or(
            "NOXPAY_TRUSTED_PROXIES",
            "",
            "networks of the proxies whose X-Forwarded-For is believed, separated by commas",
        );
        let origins = env.or(
            "NOXPAY_ALLOWED_ORIGINS",
            "",
            "origins whose pages may call the API (CORS), separated by commas",
        );
        let healthy_host = env.optional(
            "NOXPAY_HEALTH_HOST_HEALTHY",
            "the Host for which /health says \"healthy\" instead of \"ok\"",
        );
        Ok(Self {
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
            origins: origins?,
            healthy_host: healthy_host?,
        })
    }
}

impl Limits {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let credential = env.or::<u32>(
            "NOXPAY_RATE_LIMIT_RPM",
            "100",
            "requests per minute and credential (a fifth more in a burst) where the merchant has no limit of his own",
        );
        let public = env.or::<u32>(
            "NOXPAY_PUBLIC_RATE_LIMIT_RPM",
            "600",
            "requests per minute and address on checkout pages; 0 for no limit",
        );
        let credential = match credential {
            Ok(0) => Err(env.reject("NOXPAY_RATE_LIMIT_RPM", "it must be at least 1")),
            other => other,
        };
        Ok(Self {
            credential_rpm: credential?,
            public_rpm: public?,
        })
    }
}

impl PeerSettings {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let internal = InternalSettings::read(env);
        let intents = internal::endpoint(
            env,
            "NOXPAY_INTENT_GRPC_URL",
            "http://127.0.0.1:9091",
            "intent-service's gRPC",
        );
        let mail = internal::endpoint(
            env,
            "NOXPAY_MAIL_GRPC_URL",
            "http://127.0.0.1:9092",
            "imap-verifier's gRPC",
        );
        let webhooks = internal::endpoint(
            env,
            "NOXPAY_WEBHOOK_GRPC_URL",
            "http://127.0.0.1:9093",
            "webhook-dispatcher's gRPC",
        );
        Ok(Self {
            internal: internal?,
            intents: intents?,
            mail: mail?,
            webhooks: webhooks?,
        })
    }
}
