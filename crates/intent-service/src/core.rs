//! What every use case works with.

use crate::config::IntentTtl;
use crate::identifiers::IdentifierHash;
use db::Databases;
use runtime::Environment;
use std::sync::Arc;
use tokio::sync::Notify;

/// The service without its edges. Cheap to clone.
#[derive(Clone)]
pub struct Core {
    pub databases: Databases,
    pub identifiers: IdentifierHash,
    pub intent_ttl: IntentTtl,
    pub environment: Environment,
    /// Wakes the expiry loop of this process: something may be due now.
    pub due: Arc<Notify>,
}

impl Core {
    pub fn new(
        databases: Databases,
        identifiers: IdentifierHash,
        intent_ttl: IntentTtl,
        environment: Environment,
    ) -> Self {
        Self {
            databases,
            identifiers,
            intent_ttl,
            environment,
            due: Arc::default(),
        }
    }
}
