use super::{amount, time};
use proto::{Fault, intent};
use serde::Serialize;
use serde_json::value::RawValue;

/// How fast an account's channels tell of a payment.
#[derive(Serialize)]
pub(crate) struct ChannelsBody {
    /// 99 of 100 alerts took no longer; null while nobody has measured.
    alert_delay_s: Option<u32>,
    /// How long new intents wait for an alert past their time.
    grace_s: u32,
    tests: Vec<ChannelTestBody>,
}

/// A test: two payments that the owner makes.
#[derive(Serialize)]
pub(crate) struct ChannelTestBody {
    id: String,
    account_id: String,
    started_at: Option<String>,
    expires_at: Option<String>,
    measured_delay_s: Option<u32>,
    payments: Vec<PaymentBody>,
}

#[derive(Serialize)]
struct PaymentBody {
    amount: Box<RawValue>,
    payment_uri: String,
    /// The fastest first.
    sightings: Vec<SightingBody>,
}

#[derive(Serialize)]
struct SightingBody {
    source_id: String,
    method: String,
    seen_at: Option<String>,
    /// Since the payment; null where the alert printed no time.
    delay_ms: Option<i64>,
    after_first_ms: i64,
    time_precision: String,
    fields: Vec<String>,
}

impl TryFrom<intent::Channels> for ChannelsBody {
    type Error = Fault;

    fn try_from(wire: intent::Channels) -> Result<Self, Fault> {
        let tests = wire.tests.into_iter().map(TryInto::try_into);
        Ok(Self {
            alert_delay_s: wire.alert_delay_s,
            grace_s: wire.grace_s,
            tests: tests.collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<intent::ChannelTest> for ChannelTestBody {
    type Error = Fault;

    fn try_from(wire: intent::ChannelTest) -> Result<Self, Fault> {
        let payments = wire.payments.into_iter().map(TryInto::try_into);
        Ok(Self {
            started_at: time(wire.started_at.as_ref()),
            expires_at: time(wire.expires_at.as_ref()),
            measured_delay_s: wire.measured_delay_s,
            payments: payments.collect::<Result<_, _>>()?,
            id: wire.id,
            account_id: wire.account_id,
        })
    }
}

impl TryFrom<intent::ChannelPayment> for PaymentBody {
    type Error = Fault;

    fn try_from(wire: intent::ChannelPayment) -> Result<Self, Fault> {
        Ok(Self {
            amount: amount(wire.payable.as_ref())?,
            payment_uri: wire.payment_uri,
            sightings: wire.sightings.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<intent::ChannelSighting> for SightingBody {
    fn from(wire: intent::ChannelSighting) -> Self {
        Self {
            seen_at: time(wire.seen_at.as_ref()),
            source_id: wire.source_id,
            method: wire.method,
            delay_ms: wire.delay_ms,
            after_first_ms: wire.after_first_ms,
            time_precision: wire.time_precision,
            fields: wire.fields,
        }
    }
}
