//! What a payer may know of an intent.

use crate::app::App;
use crate::dialect::{instant, number};
use crate::http::{RequestId, caller_address};
use crate::intents::{OptionView, broken, status};
use crate::limiter::{Exceeded, Neighbourhood};
use crate::peers::Peers;
use actix_web::HttpRequest;
use db::Scope;
use domain::event::IntentSnapshot;
use domain::ids::{IntentId, MerchantId};
use domain::{ErrorCode, Mode, Money, StatusName};
use jiff::Timestamp;
use proto::intent::{Checkout, GetCheckoutRequest};
use proto::{Fault, convert};
use runtime::internal::CallContext;
use serde::Serialize;
use serde_json::value::RawValue;
use std::time::{Duration, Instant};

/// What changes while a page is open. Two looks at an intent differ in nothing else that a payer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub status: StatusName,
    pub amount: Money,
    pub payable: Money,
    pub received: Money,
    pub late: bool,
    pub expires_at: Timestamp,
    /// Gapless per intent: of two states the one with the larger number is newer.
    pub sequence: i64,
}

/// An intent as its page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub id: IntentId,
    pub scope: Scope,
    pub order_id: String,
    pub live: Live,
    pub excess: Money,
    /// When the money came, by the bank's word; only of a settled intent.
    pub paid_at: Option<Timestamp>,
    pub option: OptionView,
    pub redirect_url: Option<String>,
}

/// The public JSON. These keys and no others.
#[derive(Serialize)]
pub(crate) struct LiveBody {
    status: &'static str,
    sub_status: &'static str,
    amount: Box<RawValue>,
    payable_amount: Box<RawValue>,
    received: Box<RawValue>,
    currency: &'static str,
    late: bool,
    expires_at: String,
    seconds_left: i64,
}

/// Why there is nothing to see.
#[derive(Debug)]
pub(crate) enum Unseen {
    /// No such intent, or no id at all.
    Unknown,
    TooMany {
        retry_after: Duration,
    },
    Away {
        retry_after: Duration,
    },
}

impl Live {
    /// The public JSON at the clock's `now`.
    pub(crate) fn body(&self, now: Timestamp) -> LiveBody {
        LiveBody {
            status: domain::dialect::noxpay_status(self.status),
            sub_status: self.status.as_str(),
            amount: number(self.amount),
            payable_amount: number(self.payable),
            received: number(self.received),
            currency: self.amount.currency().code(),
            late: self.late,
            expires_at: instant(self.expires_at),
            seconds_left: self.seconds_left(now),
        }
    }

    /// Whole seconds until it expires, rounded up; 0 afterwards.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> i64 {
        let left = self.expires_at.duration_since(now);
        let begun = i64::from(left.subsec_nanos() > 0);
        left.as_secs().saturating_add(begun).max(0)
    }

    /// What is still to be paid.
    pub(crate) fn due(&self) -> Money {
        let left = self.payable.checked_sub(self.received);
        left.filter(|l| l.is_positive())
            .unwrap_or(Money::zero(self.payable.currency()))
    }
}

impl From<&IntentSnapshot> for Live {
    fn from(snapshot: &IntentSnapshot) -> Self {
        Self {
            status: snapshot.status,
            amount: snapshot.amount,
            payable: snapshot.payable,
            received: snapshot.received,
            late: snapshot.late,
            expires_at: snapshot.expires_at,
            sequence: snapshot.sequence,
        }
    }
}

impl TryFrom<Checkout> for Look {
    type Error = Fault;

    fn try_from(wire: Checkout) -> Result<Self, Fault> {
        let id = |text: &str| text.parse().map_err(|_| broken("a checkout's ids"));
        let money = |m: Option<&proto::common::Money>| convert::reply_money(m);
        let amount = money(wire.amount.as_ref())?;
        // Proto3 may leave out what is zero.
        let or_zero = |m: Option<&proto::common::Money>| match m {
            None => Ok(Money::zero(amount.currency())),
            some => money(some),
        };
        let option = wire.options.into_iter().next();
        let expires_at = convert::parse_timestamp(wire.expires_at.as_ref());
        Ok(Self {
            id: IntentId::from_uuid(id(&wire.intent_id)?),
            scope: Scope {
                merchant: MerchantId::from_uuid(id(&wire.merchant_id)?),
                mode: Mode::from_live(wire.live),
            },
            live: Live {
                status: status(wire.status)?,
                amount,
                payable: money(wire.payable.as_ref())?,
                received: or_zero(wire.received.as_ref())?,
                late: wire.late,
                expires_at: expires_at.ok_or_else(|| broken("a checkout without its end"))?,
                sequence: wire.sequence,
            },
            excess: or_zero(wire.excess.as_ref())?,
            paid_at: convert::parse_timestamp(wire.paid_at.as_ref()),
            option: option
                .ok_or_else(|| broken("a checkout without a way to pay"))?
                .try_into()?,
            order_id: wire.order_id,
            redirect_url: convert::non_empty(&wire.redirect_url).map(ToOwned::to_owned),
        })
    }
}

/// The intent that a page's query names.
///
/// # Errors
/// [`Unseen`].
pub(crate) async fn look(request: &HttpRequest, app: &App) -> Result<Look, Unseen> {
    admit(request, app)?;
    let id = intent_id(request).ok_or(Unseen::Unknown)?;
    let context = CallContext {
        actor: "public".to_owned(),
        request_id: RequestId::text(request),
        ..CallContext::default()
    };
    look_at(&app.peers, &context, id).await
}

/// The same, without a request.
pub(crate) async fn look_at(
    peers: &Peers,
    context: &CallContext,
    id: IntentId,
) -> Result<Look, Unseen> {
    let message = GetCheckoutRequest {
        intent_id: id.to_string(),
    };
    let reply = peers.intents().get_checkout(context.request(message)).await;
    let reply = reply.map_err(Fault::from);
    let look = reply.and_then(|r| Look::try_from(r.into_inner()));
    look.map_err(|fault| match fault.code {
        ErrorCode::NotFound | ErrorCode::Invalid => Unseen::Unknown,
        code => {
            tracing::warn!(%code, message = fault.message, "a checkout cannot be shown");
            let retry_after = fault.retry_after.unwrap_or(crate::refusal::RETRY_AFTER);
            Unseen::Away { retry_after }
        }
    })
}

/// Charges the address for a request without a credential.
pub(super) fn admit(request: &HttpRequest, app: &App) -> Result<(), Unseen> {
    if app.public_rpm == 0 {
        return Ok(());
    }
    let from = Neighbourhood::from(caller_address(request, app));
    app.public
        .take(from, app.public_rpm, Instant::now())
        .map_err(|Exceeded(retry_after)| Unseen::TooMany { retry_after })
}

/// The id in `?intent=`.
fn intent_id(request: &HttpRequest) -> Option<IntentId> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let mut ids = query.filter(|(name, _)| name == "intent");
    let (_, id) = ids.next()?;
    id.parse().ok()
}
