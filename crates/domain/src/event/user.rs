//! A merchant's user who proved who he is.

use crate::ids::{MerchantId, SessionId, UserId};
use crate::text::ShortText;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `user.authenticated`: somebody signed in for a merchant, in a session that the merchant's page began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub merchant_id: MerchantId,
    pub live: bool,
    /// Gapless per session, from 1.
    pub sequence: i64,
    /// Whole, as a one-time code proved it.
    pub email: String,
    pub name: Option<ShortText>,
    pub wallet: Option<Wallet>,
    pub kyc_status: Option<ShortText>,
    pub kyc_level: Option<ShortText>,
    /// When the user signed up.
    pub created_at: Timestamp,
    pub authenticated_at: Timestamp,
    /// A JSON object of the page that began the session, byte for byte. It came through the browser: nobody confirmed it.
    pub metadata: Option<Box<RawValue>>,
}

/// Where the user is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    pub address: String,
    /// CAIP-2, such as `eip155:1`; the two names beside it are for people.
    pub chain: String,
    pub blockchain: ShortText,
    pub network: ShortText,
    /// Such as `USDC`.
    pub currency: ShortText,
}
