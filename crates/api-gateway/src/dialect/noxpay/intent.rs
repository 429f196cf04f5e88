//! An intent as this dialect shows it: a superset of the three shapes that its documents give.

use crate::config::PublicUrl;
use crate::dialect::{instant, number};
use crate::intents::IntentView;
use domain::StatusName;
use domain::dialect::noxpay_status;
use serde::Serialize;
use serde_json::value::RawValue;

/// What creating an intent answers.
#[derive(Serialize)]
pub(crate) struct CreatedBody {
    #[serde(flatten)]
    intent: IntentBody,
    /// A PNG of `payment_uri` as a data URI.
    qr_code_base64: String,
    success: bool,
}

/// What asking for an intent answers.
#[derive(Serialize)]
pub(crate) struct IntentBody {
    id: String,
    order_id: String,
    amount: Box<RawValue>,
    currency: &'static str,
    status: &'static str,
    payment_uri: String,
    checkout_url: String,
    metadata: Box<RawValue>,
    expires_at: String,
    created_at: String,
    /// What the payer is asked, to the paisa.
    payable_amount: Box<RawValue>,
    /// `payable_amount - amount`.
    adjustment: Box<RawValue>,
    received_amount: Box<RawValue>,
    sub_status: &'static str,
    is_flagged: bool,
    flag_reason: Option<String>,
    late: bool,
    /// The bank's reference of the payment.
    utr: Option<String>,
    settled_at: Option<String>,
    /// The names of the documents' third shape.
    intent_id: String,
    payment_address: String,
}

/// The answer to a creation. The same intent always makes the same bytes.
pub(crate) fn created(
    view: &IntentView,
    base: &PublicUrl,
) -> Result<CreatedBody, rails::qr::QrError> {
    Ok(CreatedBody {
        qr_code_base64: rails::qr::png_data_uri(&view.option.payment_uri)?,
        intent: shown(view, base),
        success: true,
    })
}

/// The answer to a question.
pub(crate) fn shown(view: &IntentView, base: &PublicUrl) -> IntentBody {
    let id = view.id.to_string();
    IntentBody {
        amount: number(view.amount),
        currency: "UPI",
        status: noxpay_status(view.status),
        payment_uri: view.option.payment_uri.clone(),
        checkout_url: base.join(&format!("/checkout?intent={id}")),
        metadata: view.metadata.clone(),
        expires_at: instant(view.expires_at),
        created_at: instant(view.created_at),
        payable_amount: number(view.payable),
        adjustment: number(view.adjustment),
        received_amount: number(view.received),
        sub_status: view.status.as_str(),
        // In review, or settled and its money reported as taken back.
        is_flagged: view.status == StatusName::Review || view.review_reason.is_some(),
        flag_reason: view.review_reason.clone(),
        late: view.late,
        utr: view.references.first().cloned(),
        settled_at: view.settled_at.map(instant),
        intent_id: id.clone(),
        payment_address: view.option.vpa.clone(),
        order_id: view.order_id.clone(),
        id,
    }
}
