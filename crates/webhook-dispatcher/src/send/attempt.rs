//! One attempt: sign, send, judge.

use super::answer::Answer;
use super::{Postman, Sender};
use crate::message::{Header, Signed, Signer};
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

/// What `NoddPay`'s receivers see; the others see ours.
const NODDPAY_AGENT: &str = "NoddPay-Webhook/1.0";
const CONTENT: &str = "application/json";
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
            .header("content-type", CONTENT)
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

/// What every attempt carries besides what is its own: its signatures and its time. By the same hand that signs, so that a
/// secret that signs no list is shown to send no id for one.
pub(crate) fn plain_headers(signer: &Signer, signed: &Signed<'_>) -> HashMap<String, String> {
    let of_the_attempt = |name: &str| name.ends_with("signature") || name.ends_with("timestamp");
    let headers = signer.headers(signed).into_iter();
    headers
        .filter(|(name, _)| !of_the_attempt(name))
        .chain([
            ("content-type", CONTENT.to_owned()),
            ("user-agent", agent(signer.profile).to_owned()),
        ])
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn agent(profile: Profile) -> &'static str {
    match profile {
        Profile::NoddPay => NODDPAY_AGENT,
        Profile::NoxPay | Profile::Standard | Profile::PaymentGateway => AGENT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::EndpointSecret;
    use uuid::Uuid;

    fn names(profile: Profile, secret: &str) -> Vec<String> {
        let signer = Signer {
            profile,
            secret: EndpointSecret::parse(secret).unwrap(),
            previous: None,
            single: None,
            key_pair: None,
        };
        let signed = Signed {
            event: Uuid::from_u128(1),
            kind: "payment.expired",
            at: Timestamp::UNIX_EPOCH,
            body: "{}",
        };
        let headers = plain_headers(&signer, &signed);
        if profile == Profile::PaymentGateway {
            assert_eq!(headers["x-webhook-event"], "payment.failed");
        }
        let mut names: Vec<_> = headers.into_keys().collect();
        names.sort();
        names
    }

    #[test]
    fn an_imported_secret_is_shown_with_the_headers_of_its_own_gateway_alone() {
        let standard = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for (profile, own) in [
            (Profile::NoxPay, None),
            (Profile::NoddPay, Some("x-noddpay-event-id")),
            (Profile::PaymentGateway, Some("x-webhook-event")),
        ] {
            let mut imported = vec!["content-type", "user-agent"];
            imported.extend(own);
            imported.sort_unstable();
            assert_eq!(names(profile, "whsec_test_abc123"), imported);
            imported.push("webhook-id");
            imported.sort_unstable();
            assert_eq!(names(profile, standard), imported);
        }
    }
}
