//! What webhook-dispatcher says of endpoints.

use crate::ids::MerchantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `webhook.endpoint_disabled`: deliveries to an endpoint stopped without its merchant's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointDisabled {
    pub endpoint_id: Uuid,
    pub merchant_id: MerchantId,
    pub live: bool,
    pub url: String,
    /// `gone` (it answered 410) or `failing` (five days without a success).
    pub reason: String,
}
