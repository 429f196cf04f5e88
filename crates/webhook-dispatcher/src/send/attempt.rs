//! One attempt: sign, send, judge, store.

use super::Sender;
use crate::message::headers;
use crate::rows::deliveries::{Attempted, Claimed, Next, finish};
use crate::schedule::Failure;
use crate::secret::EndpointSecret;
use domain::text::ShortText;
use runtime::TraceContext;
use runtime::egress::{Bytes, EgressError};
use std::time::{Duration, Instant};
use tracing::Instrument;

const EXCERPT_CHARS: usize = 200;

/// How an endpoint answered.
struct Answer {
    outcome: &'static str,
    code: Option<u16>,
    excerpt: Option<String>,
    failure: Option<Failure>,
}

impl Sender {
    /// Sends and stores. A database that is away leaves the claim to run out: the event is sent again, under the same id.
    pub(super) async fn deliver(&self, delivery: Claimed) {
        let span = tracing::info_span!(
            "webhook.send",
            event_type = delivery.event_type,
            event_id = %delivery.event_id,
            attempt = delivery.attempts,
            outcome = tracing::field::Empty,
            trace_id = tracing::field::Empty,
        );
        let parent = serde_json::from_str(delivery.trace.as_str()).unwrap_or_default();
        TraceContext::from_map(&parent).set_parent_of(&span);
        async {
            let started_at = self.clock.now();
            let begun = Instant::now();
            let answer = self.attempt(&delivery, started_at.as_second()).await;
            tracing::Span::current().record("outcome", answer.outcome);
            let next = self.next(&delivery, &answer);
            let attempted = Attempted {
                started_at: db::types::to_db(started_at),
                duration_ms: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
                outcome: answer.outcome,
                response_code: answer.code.map(i32::from),
                response_excerpt: answer.excerpt,
            };
            metrics::counter!("noxpay_webhook_attempts_total", "outcome" => answer.outcome)
                .increment(1);
            metrics::histogram!("noxpay_webhook_attempt_seconds").record(begun.elapsed());
            let stored = self
                .worker
                .transaction(async |tx| finish(tx, &delivery, &attempted, next).await)
                .await;
            match stored {
                Ok(true) => {
                    tracing::info!(?next, code = attempted.response_code, "webhook attempted")
                }
                Ok(false) => tracing::warn!("the claim had run out: another replica sends this"),
                Err(error) => {
                    tracing::warn!(%error, "the attempt could not be stored: it will be made again")
                }
            }
        }
        .instrument(span)
        .await;
    }

    async fn attempt(&self, delivery: &Claimed, now: i64) -> Answer {
        if !delivery.endpoint_active {
            return failed("blocked", "the endpoint is disabled");
        }
        let secret =
            EndpointSecret::open(&self.keys, delivery.endpoint_id, &delivery.sealed_secret);
        let secret = match secret {
            Ok(secret) => secret,
            Err(error) => {
                tracing::error!(%error, endpoint = %delivery.endpoint_id, "an endpoint's secret does not open");
                return failed("blocked", "the endpoint's secret cannot be opened here");
            }
        };
        let mut request = http::Request::post(&delivery.url)
            .header("content-type", "application/json")
            .header(
                "user-agent",
                concat!("NoxPay-Webhook/", env!("CARGO_PKG_VERSION")),
            );
        for (name, value) in headers(&secret, delivery.event_id, now, &delivery.body) {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Bytes::from(delivery.body.clone())) else {
            return failed("blocked", "the endpoint's URL is not usable");
        };
        match self.http.send(request).await {
            Ok(response) => judge(&response),
            Err(error) => Answer {
                failure: Some(match error {
                    EgressError::Timeout => Failure::Busy { retry_after: None },
                    _ => Failure::Ordinary,
                }),
                ..failed(outcome_of(error), &error.to_string())
            },
        }
    }

    fn next(&self, delivery: &Claimed, answer: &Answer) -> Next {
        let Some(failure) = answer.failure else {
            return Next::Delivered;
        };
        if !delivery.endpoint_active {
            return Next::GivenUp;
        }
        let made = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
        // Without randomness every replica just keeps the plain schedule.
        let noise = runtime::secrets::random_bytes::<1>().map_or(128, |[byte]| byte);
        match self.schedule.pause_after(made, failure, noise) {
            Some(after) => Next::Again { after },
            None => Next::GivenUp,
        }
    }
}

fn failed(outcome: &'static str, why: &str) -> Answer {
    Answer {
        outcome,
        code: None,
        excerpt: Some(excerpt(why)),
        failure: Some(Failure::Ordinary),
    }
}

/// Only 2xx is success; a redirect is a failure, since it is never followed.
fn judge(response: &http::Response<Bytes>) -> Answer {
    let status = response.status();
    let text = excerpt(&String::from_utf8_lossy(response.body()));
    let failure = if status.is_success() {
        None
    } else if status.as_u16() == 429 || status.as_u16() == 503 {
        let wait = response.headers().get("retry-after");
        let seconds = wait
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.parse().ok());
        Some(Failure::Busy {
            retry_after: seconds.map(Duration::from_secs),
        })
    } else {
        Some(Failure::Ordinary)
    };
    Answer {
        outcome: if failure.is_none() {
            "delivered"
        } else {
            "refused"
        },
        code: Some(status.as_u16()),
        excerpt: (!text.is_empty()).then_some(text),
        failure,
    }
}

const fn outcome_of(error: EgressError) -> &'static str {
    match error {
        EgressError::Refused => "blocked",
        EgressError::Timeout => "timeout",
        _ => "unreachable",
    }
}

/// Without control characters, at most 200 characters: it is shown to people.
fn excerpt(text: &str) -> String {
    let cut: String = text.chars().take(EXCERPT_CHARS).collect();
    ShortText::clean(&cut).as_str().to_owned()
}
