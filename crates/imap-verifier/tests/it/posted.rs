//! Raw mail by HTTP, from where the gateway hands it on.

mod life;
mod reading;
mod taking;
mod tokens;

use crate::bank;
use crate::stack::Stack;
use proto::mail;
use proto::mail::delivered::Answer;
use runtime::internal::CallContext;
use uuid::Uuid;

const TO: &str = "alerts@shop.test";

fn public<T>(message: T) -> tonic::Request<T> {
    let context = CallContext {
        merchant: None,
        live: None,
        actor: "public".to_owned(),
        request_id: "test".to_owned(),
    };
    context.request(message)
}

struct Channel {
    id: String,
    token: String,
    account: Uuid,
}

/// A source that pushes raw mail, with an account bound to it.
async fn channel(stack: &Stack, name: &str) -> Channel {
    let request = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Http.into(),
        name: name.to_owned(),
        scheme: mail::SignatureScheme::Unspecified.into(),
    };
    let made = stack.client().add_push_source(stack.call(request)).await;
    let made = made.unwrap().into_inner();
    let id = made.mailbox.unwrap().id;
    let account = stack.bind(&id, "EXAMPLEBANK", bank::TAIL, TO).await;
    Channel {
        id,
        token: made.token,
        account,
    }
}

async fn delivered(stack: &Stack, token: &str, raw: &[u8]) -> mail::Delivered {
    let request = mail::TakeMailRequest {
        token: token.to_owned(),
        raw: raw.to_vec(),
    };
    let answer = stack.client().take_mail(public(request)).await;
    answer.unwrap().into_inner()
}

/// Verdict and reason of one mail.
async fn post(stack: &Stack, token: &str, raw: &[u8]) -> (String, String) {
    let answer = delivered(stack, token, raw).await;
    assert_eq!(answer.answer(), Answer::Taken);
    let [verdict] = answer.verdicts.as_slice() else {
        panic!("{answer:?}");
    };
    (verdict.verdict.clone(), verdict.reason.clone())
}

async fn heartbeat(stack: &Stack, token: &str) -> Answer {
    let request = mail::HeartbeatRequest {
        token: token.to_owned(),
    };
    let answer = stack.client().heartbeat(public(request)).await;
    answer.unwrap().into_inner().answer()
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}
