//! About somebody who signed in: the one event that this dialect knew from the beginning.

use super::super::iso;
use crate::message::Told;
use domain::event::SignIn;
use domain::ids::{SessionId, UserId};
use domain::text::ShortText;
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User<'a> {
    user_id: UserId,
    email: &'a str,
    name: Option<&'a ShortText>,
    wallet_address: Option<&'a str>,
    blockchain: Option<&'a ShortText>,
    network: Option<&'a ShortText>,
    currency: Option<&'a ShortText>,
    kyc_status: Option<&'a ShortText>,
    kyc_level: Option<&'a ShortText>,
    created_at: String,
    metadata: Option<&'a RawValue>,
    /// CAIP-2: what tells chains apart for sure.
    chain_id: Option<&'a str>,
    session_id: SessionId,
    authenticated_at: String,
    sequence: i64,
    part: i16,
    livemode: bool,
}

pub(super) fn data<'a>(told: &Told<'_>, s: &'a SignIn) -> User<'a> {
    let wallet = s.wallet.as_ref();
    User {
        user_id: s.user_id,
        email: &s.email,
        name: s.name.as_ref(),
        wallet_address: wallet.map(|w| w.address.as_str()),
        blockchain: wallet.map(|w| &w.blockchain),
        network: wallet.map(|w| &w.network),
        currency: wallet.map(|w| &w.currency),
        kyc_status: s.kyc_status.as_ref(),
        kyc_level: s.kyc_level.as_ref(),
        created_at: iso(s.created_at),
        metadata: s.metadata.as_deref(),
        chain_id: wallet.map(|w| w.chain.as_str()),
        session_id: s.session_id,
        authenticated_at: iso(s.authenticated_at),
        sequence: s.sequence,
        part: told.part,
        livemode: s.live,
    }
}
