//! What the parts of the service share.

use crate::config::Reading;
use crate::dns::Keys;
use crate::oauth::TokenEndpoint;
use crate::own_rules::OwnRules;
use crate::reader::Connector;
use crate::results::ResultsProviders;
use alerts::Rules;
use bus::Bus;
use db::Databases;
use domain::Clock;
use jiff::SignedDuration;
use runtime::{SealingKeys, Shutdown};
use std::sync::Arc;
use tokio::sync::Notify;

pub(crate) struct App {
    pub(crate) db: Databases,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) sealing: SealingKeys,
    pub(crate) rules: Rules,
    pub(crate) own_rules: OwnRules,
    /// How long mails are kept as they came. Zero: not at all.
    pub(crate) keep_bodies: SignedDuration,
    pub(crate) results: ResultsProviders,
    pub(crate) keys: Keys,
    pub(crate) connector: Connector,
    pub(crate) tokens: TokenEndpoint,
    pub(crate) reading: Reading,
    pub(crate) shutdown: Shutdown,
    /// Fired when the set of mailboxes that should be read has changed.
    pub(crate) mailboxes_changed: Notify,
}

pub(crate) type Shared = Arc<App>;
