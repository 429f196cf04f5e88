//! About somebody who signed in, which this dialect knows nothing of: in its manner.

use super::super::iso;
use crate::message::body::Person;
use domain::event::SignIn;
use domain::ids::{MerchantId, SessionId, UserId};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
pub(super) struct Data<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    id: UserId,
    session_id: SessionId,
    merchant_id: MerchantId,
    #[serde(flatten)]
    person: Person<'a>,
    created_at: String,
    authenticated_at: String,
    metadata: Option<&'a RawValue>,
    sequence: i64,
    livemode: bool,
}

pub(super) fn data(s: &SignIn) -> Data<'_> {
    Data {
        user: User {
            id: s.user_id,
            session_id: s.session_id,
            merchant_id: s.merchant_id,
            person: s.into(),
            created_at: iso(s.created_at),
            authenticated_at: iso(s.authenticated_at),
            metadata: s.metadata.as_deref(),
            sequence: s.sequence,
            livemode: s.live,
        },
    }
}
