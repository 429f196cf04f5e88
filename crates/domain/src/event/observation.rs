//! Authentic and bound evidence that money moved.

use crate::evidence::{Direction, PaymentMode, Proof, RailClass, Strength};
use crate::ids::{AccountId, MerchantId, ObservationId, SourceId};
use crate::interval::Interval;
use crate::money::Money;
use crate::text::{Reason, ShortText};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A fact that its observer stands for: verified, and proved to be about this account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub observation_id: ObservationId,
    pub source_id: SourceId,
    /// Gapless per source, from 1, shared with `mail.source_changed`.
    pub source_seq: i64,
    pub live: bool,
    /// The merchant who bound the account to the source.
    pub merchant_id: MerchantId,
    pub account_id: AccountId,
    pub rail_class: RailClass,
    /// As printed; its key is `evidence::reference_key`. Evidence that printed none carries `digest:` and a digest.
    pub reference: String,
    pub strength: Strength,
    pub direction: Direction,
    pub mode: PaymentMode,
    pub amount: Money,
    pub interval: Interval,
    pub payer_vpa: Option<ShortText>,
    pub payer_name: Option<ShortText>,
    pub note: Option<ShortText>,
    /// When the observer read it.
    pub seen_at: Timestamp,
    pub proof: Proof,
}

/// Evidence of a source that a person revoked: what its source alone stands for is not believed any more. Queues keep no order,
/// so that some of it may still be on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservationsDoubted {
    pub source_id: SourceId,
    pub live: bool,
    /// The source's.
    pub merchant_id: MerchantId,
    /// At most [`Self::MOST`].
    pub observation_ids: Vec<ObservationId>,
    /// The person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl ObservationsDoubted {
    /// How many one event names: each is handled in one transaction.
    pub const MOST: usize = 100;
}
