//! What phones forward, from where the gateway hands it on.

mod believed;
mod credentials;
mod headers;
mod revoked;

use crate::bank;
use crate::stack::Stack;
use domain::Clock;
use domain::india::to_india;
use jiff::Timestamp;
use proto::mail;
use proto::mail::SignatureScheme;
use proto::mail::delivered::Answer;
use runtime::internal::CallContext;
use serde_json::{Value, json};
use uuid::Uuid;

const APP: &str = "test.examplebank.business";

struct Phone {
    id: String,
    token: String,
    key: String,
    account: Uuid,
}

/// A phone with an account bound to it by the bank's SMS.
async fn phone(stack: &Stack, scheme: SignatureScheme) -> Phone {
    bound(stack, scheme, bank::TAIL, &[]).await
}

/// A phone with an account bound to it by a business app.
async fn app_phone(stack: &Stack) -> Phone {
    bound(stack, SignatureScheme::Unspecified, "", &[APP]).await
}

async fn bound(stack: &Stack, scheme: SignatureScheme, tail: &str, apps: &[&str]) -> Phone {
    let request = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Phone.into(),
        name: format!("Counter {}", Uuid::now_v7().simple()),
        scheme: scheme.into(),
    };
    let made = stack.client().add_push_source(stack.call(request)).await;
    let made = made.unwrap().into_inner();
    let (id, account) = (made.mailbox.unwrap().id, Uuid::now_v7());
    let request = mail::BindRequest {
        mailbox_id: id.clone(),
        account_id: account.to_string(),
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: tail.to_owned(),
        payee_vpa: String::new(),
        registered_addresses: Vec::new(),
        apps: apps.iter().map(|a| (*a).to_owned()).collect(),
    };
    stack.client().bind(stack.call(request)).await.unwrap();
    Phone {
        id,
        token: made.token,
        key: made.signing_key,
        account,
    }
}

fn posted(credential: &str, body: &str) -> mail::TakeSmsRequest {
    mail::TakeSmsRequest {
        credential: credential.to_owned(),
        content_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
        ..mail::TakeSmsRequest::default()
    }
}

async fn take(
    stack: &Stack,
    request: mail::TakeSmsRequest,
) -> Result<mail::Delivered, tonic::Status> {
    let context = CallContext {
        merchant: None,
        live: None,
        actor: "public".to_owned(),
        request_id: "test".to_owned(),
    };
    let answer = stack.client().take_sms(context.request(request)).await?;
    Ok(answer.into_inner())
}

/// Verdict and reason of each message.
async fn post(stack: &Stack, phone: &Phone, body: &Value) -> Vec<(String, String)> {
    let request = posted(&phone.token, &body.to_string());
    let answer = take(stack, request).await.unwrap();
    assert_eq!(answer.answer(), Answer::Taken);
    let verdicts = answer.verdicts.into_iter();
    verdicts.map(|v| (v.verdict, v.reason)).collect()
}

fn now() -> Timestamp {
    Clock::new().now()
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

/// An SMS of the demo bank about the bound account, as Incoming SMS Gateway sends it.
fn sms(rupees: &str, utr: &str, at: Timestamp) -> Value {
    let (tail, printed) = (
        bank::TAIL,
        to_india(at).strftime("%d-%m-%y %H:%M").to_string(),
    );
    json!({
        "from": "VM-EXBANK-S",
        "text": format!("Rs.{rupees} credited to A/c XX{tail} on {printed} by UPI from asha@okbank. Ref {utr} -Example Bank"),
        "sentStamp": at.as_millisecond(),
        "receivedStamp": at.as_millisecond() + 900,
        "sim": "sim1",
    })
}

/// A notification, which prints neither time nor reference.
fn shown(rupees: &str, at: Timestamp) -> Value {
    json!({
        "from": "Example",
        "text": format!("Received ₹{rupees} from ASHA RAO"),
        "sentStamp": at.as_millisecond(),
        "package": APP,
    })
}
