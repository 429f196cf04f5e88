//! One attempt: sign, send, judge.

use super::answer::Answer;
use super::{Postman, Sender};
use crate::message::{Header, Signed};
use crate::profile::Profile;
use crate::rows::claim::Claimed;
use crate::rows::finish::{Attempted, Finished, Next};
use crate::{keyring, redact};
use db::types::JsonText;
use jiff::Timestamp;
use runtime::TraceContext;
use runtime::egress::Bytes;
use std::collections::HashMap;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// What `NoddPay`'s receivers see; the others see ours.
const NODDPAY_AGENT: &str = "NoddPay-Webhook/1.0";
const AGENT: &str = concat!("NoxPay-Webhook/", env!("CARGO_PKG_VERSION"));

impl Sender {
    /// Sends a claimed delivery once. Never fails: what went wrong is what the attempt came to.
    pub(super) async fn attempt(&self, delivery: Claimed) -> (Finished, bool) {
        let span = tracing::info_span!(
            "webhook.send",
            event_type = delivery.event_type,
            event_id = %delivery.event_id,
            endpoint_id = %delivery.endpoint_id,
            attempt = delivery.attempts,
            outcome = tracing::field::Empty,
            code = tracing::field::Empty,
            trace_id = tracing::field::Empty,
        );
        let parent = serde_json::from_str(delivery.trace.as_str()).unwrap_or_default();
        TraceContext::from_map(&parent).set_parent_of(&span);
        async {
            let started_at = self.clock.now();
            let begun = Instant::now();
            let answer = self.send(&delivery, started_at).await;
            let next = self.next(&delivery, &answer);
            let span = tracing::Span::current();
            span.record("outcome", answer.outcome);
            span.record("code", answer.code);
            metrics::counter!("noxpay_webhook_attempts_total", "outcome" => answer.outcome)
                .increment(1);
            metrics::histogram!("noxpay_webhook_attempt_seconds").record(begun.elapsed());
            // Thousands a second go well: the attempts tell of those.
            match next {
                Next::Delivered => tracing::debug!("webhook delivered"),
                _ => tracing::info!(?next, "webhook not delivered"),
            }
            let text = redact::body(&answer.text);
            let attempted = Attempted {
                started_at: db::types::to_db(started_at),
                duration_ms: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
                outcome: answer.outcome,
                response_code: answer.code.map(i32::from),
                response_excerpt: (!text.is_empty()).then_some(text),
                response_headers: redact::headers(&answer.headers).map(JsonText::new),
            };
            let silent = answer.is_silent();
            let finished = Finished {
                delivery,
                attempted,
                next,
                gone: answer.is_gone(),
            };
            (finished, silent)
        }
        .instrument(span)
        .await
    }

    async fn send(&self, delivery: &Claimed, now: Timestamp) -> Answer {
        let endpoint = delivery.endpoint_id;
        let signer = keyring::open(
            &self.keys,
            endpoint,
            delivery.profile(),
            &delivery.keys,
            now,
        );
        let signer = match signer {
            Ok(signer) => signer,
            Err(error) => {
                tracing::error!(%error, %endpoint, "an endpoint's secret does not open");
                return Answer::blocked("the endpoint's secret cannot be opened here");
            }
        };
        let headers = signer.headers(&Signed {
            event: delivery.event_id,
            kind: &delivery.event_type,
            at: now,
            body: &delivery.body,
        });
        self.post(&delivery.url, signer.profile, headers, &delivery.body, now)
            .await
    }

    fn next(&self, delivery: &Claimed, answer: &Answer) -> Next {
        let Some(failure) = answer.failure else {
            return Next::Delivered;
        };
        let schedule = delivery.retry().schedule(&self.schedule);
        // Without randomness every replica just keeps the plain schedule.
        let noise = runtime::secrets::random_bytes::<1>().map_or(128, |[byte]| byte);
        match schedule.pause_after(delivery.attempts_of_round(), failure, noise) {
            Some(after) => Next::Again { after },
            None => Next::GivenUp,
        }
    }
}

impl Postman {
    /// Posts `body` with its signatures, and reads the answer.
    pub(crate) async fn post(
        &self,
        url: &str,
        profile: Profile,
        headers: Vec<Header>,
        body: &str,
        now: Timestamp,
    ) -> Answer {
        let mut request = http::Request::post(url)
            .header("content-type", "application/json")
            .header("user-agent", agent(profile));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Bytes::copy_from_slice(body.as_bytes())) else {
            return Answer::blocked("the endpoint's URL is not usable");
        };
        match self.http.send(request).await {
            Ok(response) => Answer::of(&response, now),
            Err(error) => Answer::none(error),
        }
    }
}

/// What an attempt carries besides its signatures.
pub(crate) fn plain_headers(profile: Profile, event: Uuid) -> HashMap<String, String> {
    let mut headers = HashMap::from([
        ("content-type".to_owned(), "application/json".to_owned()),
        ("user-agent".to_owned(), agent(profile).to_owned()),
        ("webhook-id".to_owned(), event.to_string()),
    ]);
    if profile == Profile::NoddPay {
        headers.insert("x-noddpay-event-id".to_owned(), event.to_string());
    }
    headers
}

fn agent(profile: Profile) -> &'static str {
    match profile {
        Profile::NoddPay => NODDPAY_AGENT,
        Profile::NoxPay | Profile::Standard | Profile::PaymentGateway => AGENT,
    }
}
