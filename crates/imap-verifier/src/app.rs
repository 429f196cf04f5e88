//! What the parts of the service share.

use crate::config::Reading;
use crate::dns::Resolver;
use crate::oauth::TokenEndpoint;
use crate::reader::Connector;
use alerts::Rules;
use bus::Bus;
use db::Databases;
use domain::Clock;
use runtime::{SealingKeys, Shutdown};
use std::sync::Arc;
use tokio::sync::Notify;

pub(crate) struct App {
    pub(crate) db: Databases,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) sealing: SealingKeys,
    pub(crate) rules: Rules,
    pub(crate) keys: Resolver,
    pub(crate) connector: Connector,
    pub(crate) tokens: TokenEndpoint,
    pub(crate) reading: Reading,
    pub(crate) shutdown: Shutdown,
    /// Fired when the set of mailboxes that should be read has changed.
    pub(crate) mailboxes_changed: Notify,
}

pub(crate) type Shared = Arc<App>;
