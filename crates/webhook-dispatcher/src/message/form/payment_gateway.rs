//! payment-gateway's body: four ends of a payment, whole paise, the time in unix seconds. What it does not know stands beside
//! what it knows. Some of its receivers sign anew what they parsed, so this body too is one that JavaScript writes the same way.

mod payment;
mod refund;
mod sign_in;

use super::FormError;
use crate::message::{Subject, Told, js};
use domain::dialect::payment_gateway_event;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Body<'a, D> {
    event: &'a str,
    timestamp: i64,
    data: &'a D,
    #[serde(flatten)]
    about: About<'a>,
}

/// What every event says of itself.
#[derive(Serialize)]
pub(super) struct About<'a> {
    /// Its name among ours.
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) id: Uuid,
    pub(super) livemode: bool,
    pub(super) sequence: i64,
    pub(super) part: i16,
    pub(super) previous_status: Option<&'static str>,
}

pub(super) fn event(told: &Told<'_>) -> Result<String, FormError> {
    match told.subject {
        Subject::Payment(snapshot) => about(told, &payment::data(snapshot)),
        Subject::Refund(snapshot) => about(told, &refund::data(snapshot)),
        Subject::SignIn(sign_in) => about(told, &sign_in::data(sign_in)),
    }
}

fn about<D: Serialize>(told: &Told<'_>, data: &D) -> Result<String, FormError> {
    let about = About {
        kind: told.kind.as_str(),
        id: told.id,
        livemode: told.subject.live(),
        sequence: told.subject.sequence(),
        part: told.part,
        previous_status: told.subject.previous_status(),
    };
    written(about, told.at, data)
}

pub(super) fn written<D: Serialize>(
    about: About<'_>,
    at: Timestamp,
    data: &D,
) -> Result<String, FormError> {
    let body = serde_json::to_string(&Body {
        event: payment_gateway_event(about.kind),
        timestamp: at.as_second(),
        data,
        about,
    })?;
    Ok(js::normal(&body)?)
}
