use crate::dialect::{instant, number};
use crate::intents::IntentView;
use serde::Serialize;
use serde_json::value::RawValue;

/// An intent in canonical words.
#[derive(Serialize)]
pub(crate) struct IntentBody {
    id: String,
    order_id: String,
    status: &'static str,
    review_reason: Option<String>,
    amount: Box<RawValue>,
    payable_amount: Box<RawValue>,
    adjustment: Box<RawValue>,
    received_amount: Box<RawValue>,
    excess: Box<RawValue>,
    currency: &'static str,
    late: bool,
    created_at: String,
    expires_at: String,
    settled_at: Option<String>,
    paid_at: Option<String>,
    cancelled_at: Option<String>,
    metadata: Box<RawValue>,
    redirect_url: Option<String>,
    vpa: String,
    payee_name: String,
    account_kind: &'static str,
    /// The reference code that the payer's note carries.
    code: String,
    payment_uri: String,
    /// Whether the amount is held for this intent alone.
    reserved: bool,
    /// Of the money that settled it, as the bank printed them.
    references: Vec<String>,
    sequence: i64,
}

impl From<IntentView> for IntentBody {
    fn from(view: IntentView) -> Self {
        Self {
            id: view.id.to_string(),
            status: view.status.as_str(),
            amount: number(view.amount),
            payable_amount: number(view.payable),
            adjustment: number(view.adjustment),
            received_amount: number(view.received),
            excess: number(view.excess),
            currency: view.amount.currency().code(),
            created_at: instant(view.created_at),
            expires_at: instant(view.expires_at),
            settled_at: view.settled_at.map(instant),
            paid_at: view.paid_at.map(instant),
            cancelled_at: view.cancelled_at.map(instant),
            account_kind: view.option.kind.as_str(),
            order_id: view.order_id,
            review_reason: view.review_reason,
            late: view.late,
            metadata: view.metadata,
            redirect_url: view.redirect_url,
            vpa: view.option.vpa,
            payee_name: view.option.payee_name,
            code: view.option.code,
            payment_uri: view.option.payment_uri,
            reserved: view.option.reserved,
            references: view.references,
            sequence: view.sequence,
        }
    }
}
