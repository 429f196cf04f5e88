//! What every route shares.

use crate::auth::{Auth, Keyed};
use crate::checkout::Pages;
use crate::config::{AdminKey, Edge};
use crate::limiter::{Limiter, Neighbourhood};
use crate::merchants::Issuer;
use crate::peers::Peers;
use crate::webhooks::Polls;
use db::{Databases, Scope};
use domain::Clock;
use runtime::Environment;
use runtime::health::HealthFlag;

/// The state of one gateway process.
pub(crate) struct App {
    pub environment: Environment,
    pub edge: Edge,
    pub clock: Clock,
    pub databases: Databases,
    pub auth: Auth,
    pub admin_key: AdminKey,
    /// Wrong admin keys per address.
    pub admin_tries: Limiter<Neighbourhood>,
    /// Wrong tokens of alert sources per address.
    pub alert_tries: Limiter<Neighbourhood>,
    pub issuer: Issuer,
    pub peers: Peers,
    /// Requests without a credential per address.
    pub public: Limiter<Neighbourhood>,
    pub public_rpm: u32,
    /// What payers type into checkout pages, per address and hour.
    pub hints: Limiter<Neighbourhood>,
    pub pages: Pages,
    /// Tests and pings of endpoints per merchant, mode and minute.
    pub webhook_tests: Limiter<Scope>,
    /// Resends of whatever failed per merchant, mode and hour.
    pub webhook_resends: Limiter<Scope>,
    /// Who waits for events.
    pub polls: Polls,
    /// Of ids in logs.
    pub log_hash: Keyed,
    pub flags: Flags,
}

/// How what we depend on is.
#[derive(Clone)]
pub(crate) struct Flags {
    pub postgres: HealthFlag,
    pub rabbitmq: HealthFlag,
    pub intents: HealthFlag,
    /// The link that tells of revoked credentials. While it is down they stop within a second all the same.
    pub revocations: HealthFlag,
}
