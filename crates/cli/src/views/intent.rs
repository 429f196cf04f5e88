//! An intent.

use super::{Amount, Moment};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: Uuid,
    pub(crate) order_id: String,
    /// Its canonical name.
    pub(crate) status: String,
    pub(crate) review_reason: Option<String>,
    pub(crate) amount: Amount,
    pub(crate) payable_amount: Amount,
    pub(crate) adjustment: Amount,
    pub(crate) received_amount: Amount,
    pub(crate) excess: Amount,
    pub(crate) late: bool,
    pub(crate) created_at: Moment,
    pub(crate) expires_at: Moment,
    pub(crate) settled_at: Option<Moment>,
    pub(crate) paid_at: Option<Moment>,
    pub(crate) cancelled_at: Option<Moment>,
    pub(crate) vpa: String,
    /// The reference code that the payer's note carries.
    pub(crate) code: String,
    /// Whether the amount is held for this intent alone.
    pub(crate) reserved: bool,
}
