//! About somebody who signed in.

use crate::message::Told;
use domain::event::SignIn;
use domain::ids::{MerchantId, SessionId, UserId};
use domain::text::ShortText;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
struct Body<'a> {
    event: &'static str,
    event_type: &'static str,
    livemode: bool,
    #[serde(rename = "type")]
    kind: &'static str,
    id: Uuid,
    timestamp: Timestamp,
    sequence: i64,
    part: i16,
    previous_status: Option<&'static str>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    /// The session's.
    id: SessionId,
    user_id: UserId,
    merchant_id: MerchantId,
    #[serde(flatten)]
    person: Person<'a>,
    sequence: i64,
    created_at: Timestamp,
    authenticated_at: Timestamp,
    metadata: Option<&'a RawValue>,
    livemode: bool,
}

/// Who signed in, and where he is paid: alike wherever names are written with underscores.
#[derive(Serialize)]
pub(in crate::message) struct Person<'a> {
    email: &'a str,
    name: Option<&'a ShortText>,
    wallet_address: Option<&'a str>,
    /// CAIP-2.
    chain_id: Option<&'a str>,
    blockchain: Option<&'a ShortText>,
    network: Option<&'a ShortText>,
    currency: Option<&'a ShortText>,
    kyc_status: Option<&'a ShortText>,
    kyc_level: Option<&'a ShortText>,
}

impl<'a> From<&'a SignIn> for Person<'a> {
    fn from(s: &'a SignIn) -> Self {
        let wallet = s.wallet.as_ref();
        Self {
            email: &s.email,
            name: s.name.as_ref(),
            wallet_address: wallet.map(|w| w.address.as_str()),
            chain_id: wallet.map(|w| w.chain.as_str()),
            blockchain: wallet.map(|w| &w.blockchain),
            network: wallet.map(|w| &w.network),
            currency: wallet.map(|w| &w.currency),
            kyc_status: s.kyc_status.as_ref(),
            kyc_level: s.kyc_level.as_ref(),
        }
    }
}

pub(super) fn body(told: &Told<'_>, s: &SignIn) -> Result<String, serde_json::Error> {
    let event = told.kind.as_str();
    serde_json::to_string(&Body {
        event,
        event_type: event,
        livemode: s.live,
        kind: event,
        id: told.id,
        timestamp: told.at,
        sequence: s.sequence,
        part: told.part,
        previous_status: None,
        data: Data {
            id: s.session_id,
            user_id: s.user_id,
            merchant_id: s.merchant_id,
            person: s.into(),
            sequence: s.sequence,
            created_at: s.created_at,
            authenticated_at: s.authenticated_at,
            metadata: s.metadata.as_deref(),
            livemode: s.live,
        },
    })
}
