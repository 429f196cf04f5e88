//! Intents as intent-service tells of them, read once at the edge.

use domain::ids::IntentId;
use domain::{ErrorCode, Money, OrderId, StatusName};
use jiff::Timestamp;
use proto::{Fault, convert, intent as wire};
use rails::account_kind::AccountKind;
use serde_json::value::RawValue;

/// An intent as every dialect needs it.
#[derive(Clone, Debug)]
pub(crate) struct IntentView {
    pub id: IntentId,
    pub order_id: String,
    pub status: StatusName,
    pub review_reason: Option<String>,
    pub amount: Money,
    pub payable: Money,
    pub adjustment: Money,
    pub received: Money,
    pub excess: Money,
    pub late: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    /// The merchant's own JSON object, byte for byte; `{}` where there is none.
    pub metadata: Box<RawValue>,
    pub redirect_url: Option<String>,
    /// The first way to pay.
    pub option: OptionView,
    /// Of the money that settled it, as the bank printed them.
    pub references: Vec<String>,
    pub sequence: i64,
}

/// One way to pay.
#[derive(Clone, Debug)]
pub(crate) struct OptionView {
    pub vpa: String,
    pub payee_name: String,
    pub kind: AccountKind,
    pub code: String,
    pub payment_uri: String,
    pub reserved: bool,
}

/// What a path may call an intent by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IntentKey {
    Id(IntentId),
    Order(OrderId),
}

impl IntentKey {
    /// `None` where the text can be neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(id) => Some(Self::Id(id)),
            Err(_) => OrderId::parse(text).ok().map(Self::Order),
        }
    }
}

impl From<IntentKey> for wire::get_intent_request::Key {
    fn from(key: IntentKey) -> Self {
        match key {
            IntentKey::Id(id) => Self::Id(id.to_string()),
            IntentKey::Order(order) => Self::OrderId(order.into()),
        }
    }
}

impl From<IntentKey> for wire::explain_intent_request::Key {
    fn from(key: IntentKey) -> Self {
        match key {
            IntentKey::Id(id) => Self::Id(id.to_string()),
            IntentKey::Order(order) => Self::OrderId(order.into()),
        }
    }
}

impl TryFrom<wire::Intent> for IntentView {
    type Error = Fault;

    fn try_from(wire: wire::Intent) -> Result<Self, Fault> {
        let option = wire.options.into_iter().next();
        let option = option.ok_or_else(|| broken("an intent without a way to pay"))?;
        let time = |t: &Option<prost_types::Timestamp>| convert::parse_timestamp(t.as_ref());
        let needed = |t| time(t).ok_or_else(|| broken("an intent without its times"));
        Ok(Self {
            id: wire.id.parse().map_err(|_| broken("an intent's id"))?,
            order_id: wire.order_id,
            status: status(wire.status)?,
            review_reason: convert::non_empty(&wire.review_reason).map(ToOwned::to_owned),
            amount: convert::reply_money(wire.amount.as_ref())?,
            payable: convert::reply_money(wire.payable.as_ref())?,
            adjustment: or_zero(wire.adjustment.as_ref())?,
            received: or_zero(wire.received.as_ref())?,
            excess: or_zero(wire.excess.as_ref())?,
            late: wire.late,
            created_at: needed(&wire.created_at)?,
            expires_at: needed(&wire.expires_at)?,
            settled_at: time(&wire.settled_at),
            paid_at: time(&wire.paid_at),
            cancelled_at: time(&wire.cancelled_at),
            metadata: metadata(&wire.metadata_json)?,
            redirect_url: convert::non_empty(&wire.redirect_url).map(ToOwned::to_owned),
            option: option.try_into()?,
            references: wire.references,
            sequence: wire.sequence,
        })
    }
}

impl TryFrom<wire::PaymentOption> for OptionView {
    type Error = Fault;

    fn try_from(wire: wire::PaymentOption) -> Result<Self, Fault> {
        Ok(Self {
            kind: kind(wire.account_kind())?,
            vpa: wire.vpa,
            payee_name: wire.payee_name,
            code: wire.code,
            payment_uri: wire.payment_uri,
            reserved: wire.reserved,
        })
    }
}

/// The state of a reply.
pub(crate) fn status(wire: i32) -> Result<StatusName, Fault> {
    convert::status_name(wire).ok_or_else(|| broken("an intent in no known state"))
}

/// The kind of a reply's account.
pub(crate) fn kind(wire: wire::AccountKind) -> Result<AccountKind, Fault> {
    match wire {
        wire::AccountKind::Unspecified => Err(broken("an account of no known kind")),
        wire::AccountKind::Personal => Ok(AccountKind::Personal),
        wire::AccountKind::P2pm => Ok(AccountKind::P2pm),
        wire::AccountKind::Merchant => Ok(AccountKind::Merchant),
    }
}

/// Proto3 may leave out what is zero.
fn or_zero(money: Option<&proto::common::Money>) -> Result<Money, Fault> {
    match money {
        None => Ok(Money::zero(domain::Currency::Inr)),
        some => convert::reply_money(some),
    }
}

fn metadata(json: &str) -> Result<Box<RawValue>, Fault> {
    let json = convert::non_empty(json).unwrap_or("{}");
    RawValue::from_string(json.to_owned()).map_err(|_| broken("metadata that is no JSON"))
}

/// The other side answered something that cannot be.
pub(crate) fn broken(what: &str) -> Fault {
    Fault::new(ErrorCode::Internal, format!("a service answered {what}"))
}

#[cfg(test)]
pub(crate) mod sample {
    //! An intent for tests of what is made of one.

    use super::*;

    /// Pending, one paisa below its price.
    pub(crate) fn view() -> IntentView {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        IntentView {
            id: "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c".parse().unwrap(),
            order_id: "ORDER-1".to_owned(),
            status: StatusName::Pending,
            review_reason: None,
            amount: Money::inr(49_900),
            payable: Money::inr(49_899),
            adjustment: Money::inr(-1),
            received: Money::inr(0),
            excess: Money::inr(0),
            late: false,
            created_at: at("2026-11-21T05:15:00Z"),
            expires_at: at("2026-11-21T05:30:00.25Z"),
            settled_at: None,
            paid_at: None,
            cancelled_at: None,
            metadata: RawValue::from_string(r#"{"z": 1.50, "a": "é"}"#.to_owned()).unwrap(),
            redirect_url: None,
            option: OptionView {
                vpa: "shop@okbank".to_owned(),
                payee_name: "My Store".to_owned(),
                kind: AccountKind::Personal,
                code: "10TEA0C4FN".to_owned(),
                payment_uri:
                    "upi://pay?pa=shop@okbank&pn=My%20Store&am=498.99&cu=INR&tn=10TEA0C4FN"
                        .to_owned(),
                reserved: true,
            },
            references: Vec::new(),
            sequence: 1,
        }
    }
}
