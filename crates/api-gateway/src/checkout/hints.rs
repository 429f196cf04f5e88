//! `POST /api/v1/intents/{id}/claim` and `/payer`: what a payer says about the payment. Knowing the id is the permission.
//!
//! The answer is the same whatever is known about that money: a stranger who tries references learns nothing.

use super::look::admit;
use super::{Unseen, status};
use crate::admin::{Input, Problem};
use crate::app::App;
use crate::decisions::Wrong;
use crate::http::{self, BodyError, RequestId, caller_address};
use crate::limiter::{Exceeded, Neighbourhood};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use domain::ids::IntentId;
use domain::{ErrorCode, Utr};
use proto::Fault;
use proto::intent::{ClaimReferenceRequest, DeclarePayerRequest};
use rails::vpa::Vpa;
use runtime::internal::CallContext;
use serde_json::json;
use std::time::Instant;

const BODY: usize = 4 * 1024;
/// A household pays a few orders an hour and mistypes some.
const PER_HOUR: u32 = 10;

/// `{"utr": "632512345678"}`.
pub(crate) async fn claim(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let hint = Hint::Reference;
    answer(take(&request, &app, &id, payload, hint).await)
}

/// `{"vpa": "ravi@okbank"}`.
pub(crate) async fn payer(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    answer(take(&request, &app, &id, payload, Hint::Payer).await)
}

#[derive(Clone, Copy)]
enum Hint {
    Reference,
    Payer,
}

enum Refused {
    Unseen(Unseen),
    Problem(Problem),
}

impl From<Unseen> for Refused {
    fn from(unseen: Unseen) -> Self {
        Self::Unseen(unseen)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        Self::Problem(wrong.into())
    }
}

impl From<BodyError> for Refused {
    fn from(error: BodyError) -> Self {
        Self::Problem(error.into())
    }
}

async fn take(
    request: &HttpRequest,
    app: &App,
    id: &str,
    payload: web::Payload,
    hint: Hint,
) -> Result<(), Refused> {
    admit(request, app)?;
    let id: IntentId = id.parse().map_err(|_| Unseen::Unknown)?;
    let body = http::read(payload, BODY).await?;
    let input = Input::parse(&body)?;
    // What cannot be a reference is no try.
    let typed = match hint {
        Hint::Reference => {
            let typed = input.text("utr")?;
            Utr::parse(&typed).map_err(|e| Problem::invalid("utr", e))?;
            typed
        }
        Hint::Payer => {
            let typed = input.text("vpa")?;
            Vpa::parse(&typed).map_err(|e| Problem::invalid("vpa", e))?;
            typed
        }
    };
    charge(request, app)?;
    let context = CallContext {
        actor: "public".to_owned(),
        request_id: RequestId::text(request),
        ..CallContext::default()
    };
    let mut intents = app.peers.intents();
    let taken = match hint {
        Hint::Reference => {
            let message = ClaimReferenceRequest {
                intent_id: id.to_string(),
                utr: typed,
            };
            intents.claim_reference(context.request(message)).await
        }
        Hint::Payer => {
            let message = DeclarePayerRequest {
                intent_id: id.to_string(),
                payer_vpa: typed,
            };
            intents.declare_payer(context.request(message)).await
        }
    };
    match taken.map_err(Fault::from) {
        Ok(_) => Ok(()),
        Err(fault) if fault.code == ErrorCode::NotFound => Err(Unseen::Unknown.into()),
        Err(fault) => Err(Problem::from(fault).into()),
    }
}

/// Charges the address for a try at somebody's money.
fn charge(request: &HttpRequest, app: &App) -> Result<(), Refused> {
    if app.public_rpm == 0 {
        return Ok(());
    }
    let from = Neighbourhood::from(caller_address(request, app));
    app.hints
        .take(from, PER_HOUR, Instant::now())
        .map_err(|Exceeded(wait)| {
            let why =
                "that was typed too often from this address; try again later, or ask the shop";
            Problem::new(ErrorCode::RateLimited, why)
                .retry_after(wait)
                .into()
        })
}

fn answer(taken: Result<(), Refused>) -> HttpResponse {
    match taken {
        Ok(()) => HttpResponse::Accepted().json(json!({ "status": "received" })),
        Err(Refused::Unseen(unseen)) => status::refuse(&unseen),
        Err(Refused::Problem(problem)) => problem.error_response(),
    }
}
