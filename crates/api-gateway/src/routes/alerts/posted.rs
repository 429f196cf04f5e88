//! What every posted alert has: a token, the tries of its address, and an answer.

use crate::admin::Problem;
use crate::app::App;
use crate::auth::bearer;
use crate::http::{RequestId, caller_address};
use crate::intents::broken;
use crate::limiter::{Exceeded, Neighbourhood};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use domain::ErrorCode;
use proto::Fault;
use proto::mail::delivered::Answer;
use proto::mail::{Delivered, Verdict};
use runtime::internal::CallContext;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// For senders who can set headers.
const HEADER: &str = "x-alert-token";
/// Wrong tokens per minute from one address; also how many deliveries it may have under way.
const TRIES: u32 = 60;
/// A person has paused the source: it may last.
const PAUSED: Duration = Duration::from_secs(300);
/// The bank's key could not be asked for.
const TRY_LATER: Duration = Duration::from_secs(60);

/// A request with a token, counted as a wrong one until the token proves right.
pub(super) struct Posted {
    app: web::Data<App>,
    from: Neighbourhood,
    pub(super) token: String,
    /// For a call that belongs to no merchant: the token says whose it is.
    pub(super) context: CallContext,
}

impl Posted {
    /// The token at the end of the path, in its own header, or as `Bearer`.
    pub(super) fn read(request: &HttpRequest, app: &web::Data<App>) -> Result<Self, Problem> {
        let token = token(request).ok_or_else(|| {
            let why = "the token is missing: send it as Authorization: Bearer, as X-Alert-Token or at the end of the path";
            Problem::new(ErrorCode::Unauthenticated, why)
        })?;
        let from = Neighbourhood::from(caller_address(request, app));
        app.alert_tries
            .take(from, TRIES, Instant::now())
            .map_err(|Exceeded(wait)| {
                Problem::new(ErrorCode::RateLimited, "too many wrong tokens").retry_after(wait)
            })?;
        Ok(Self {
            app: app.clone(),
            from,
            token,
            context: CallContext {
                merchant: None,
                live: None,
                actor: "public".to_owned(),
                request_id: RequestId::text(request),
            },
        })
    }

    /// Nobody was asked about the token, because the body cannot be used.
    pub(super) fn unread(self, problem: Problem) -> Problem {
        self.app.alert_tries.give_back(&self.from);
        problem
    }

    /// What is to be answered. The try counts only if the token was wrong.
    pub(super) fn answer(self, delivered: Result<Delivered, Fault>) -> HttpResponse {
        let wrong = matches!(&delivered, Ok(d) if d.answer() == Answer::BadCredential);
        if !wrong {
            self.app.alert_tries.give_back(&self.from);
        }
        let answered = delivered.map_err(Problem::from).and_then(answer);
        let mut response = answered.unwrap_or_else(|problem| problem.error_response());
        if wrong {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

fn token(request: &HttpRequest) -> Option<String> {
    let own = || request.headers().get(HEADER)?.to_str().ok().map(str::trim);
    let found = request
        .match_info()
        .get("token")
        .or_else(own)
        .or_else(|| bearer(request.headers()));
    found.filter(|t| !t.is_empty()).map(str::to_owned)
}

fn answer(delivered: Delivered) -> Result<HttpResponse, Problem> {
    match delivered.answer() {
        Answer::Taken => Ok(HttpResponse::Ok().json(told(&delivered.verdicts))),
        Answer::BadCredential => Err(Problem::new(
            ErrorCode::Unauthenticated,
            "the token or the signature is wrong",
        )),
        Answer::Paused => {
            Err(Problem::new(ErrorCode::Unavailable, "this source is paused").retry_after(PAUSED))
        }
        Answer::TryLater => Err(Problem::new(
            ErrorCode::Unavailable,
            "there is no verdict yet: send it again",
        )
        .retry_after(TRY_LATER)),
        Answer::Unspecified => Err(broken("a delivery in no known way").into()),
    }
}

/// One verdict as it is, several as `results`.
fn told(verdicts: &[Verdict]) -> Value {
    let one = |v: &Verdict| {
        let reason = Some(&v.reason).filter(|r| !r.is_empty());
        json!({ "verdict": v.verdict, "reason": reason })
    };
    match verdicts {
        [] => json!({ "verdict": "alive", "reason": null }),
        [only] => one(only),
        several => json!({ "results": several.iter().map(one).collect::<Vec<_>>() }),
    }
}
