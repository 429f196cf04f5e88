//! Real deliveries to endpoints of every profile, before, during and after a rotation of their secrets.

use crate::support::Dispatcher;
use domain::event::Event;
use proto::webhook as wire;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use wiremock::ResponseTemplate;

/// Spaces, an escape, keys out of JavaScript's order, a number in another form, a character beyond ASCII.
const METADATA: &str =
    r#"{"name": "Juan P\u00e9rez / दुकान", "10": 50.0, "9": "\ud83d\ude00", "a": 1, "a": 2}"#;
/// Of another gateway: no base64.
const IMPORTED: &str = "whsec_test_abc123";

/// One request as it came, with what its receiver knows and what an attacker may know.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    pub(crate) profile: wire::Profile,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// Each verifies `webhook-signature`; none where the endpoint has no such secret.
    pub(crate) secrets: Vec<String>,
    /// Verifies the header of one signature.
    pub(crate) single: String,
    /// Secrets of this endpoint that are not in use yet or any more.
    pub(crate) others: Vec<String>,
    pub(crate) public_key: String,
}

impl Delivered {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The header of one signature that the profile has.
    pub(crate) fn single_signature(&self) -> Option<&str> {
        match self.profile {
            wire::Profile::Unspecified | wire::Profile::Noxpay => {
                Some(self.header("x-noxpay-signature"))
            }
            wire::Profile::Standard => None,
            wire::Profile::Noddpay => Some(self.header("x-noddpay-signature")),
            wire::Profile::PaymentGateway => Some(self.header("x-webhook-signature")),
        }
    }
}

/// An endpoint, and what its receiver knows of its secrets.
struct Receiver {
    endpoint: wire::Endpoint,
    path: &'static str,
    secrets: Vec<String>,
    single: String,
    others: Vec<String>,
    read: usize,
}

/// Everything that was delivered, in the order of the story.
pub(crate) async fn deliveries() -> Vec<Delivered> {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    let mut receivers = Vec::new();
    for (path, profile, secret) in [
        ("/noxpay", wire::Profile::Noxpay, ""),
        ("/standard", wire::Profile::Standard, ""),
        ("/noddpay", wire::Profile::Noddpay, ""),
        ("/gateway", wire::Profile::PaymentGateway, ""),
        ("/imported", wire::Profile::PaymentGateway, IMPORTED),
    ] {
        receivers.push(receiver(&d, path, profile, secret).await);
    }
    let mut all = Vec::new();

    settle(&d).await;
    for receiver in &receivers {
        let request = wire::SendTestRequest {
            endpoint_id: receiver.endpoint.id.clone(),
            custom_data: METADATA.to_owned(),
        };
        d.client().send_test(d.call(request)).await.unwrap();
    }
    take(&d, &mut receivers, 2, &mut all).await;

    // Lists carry both; headers of one signature wait for the merchant.
    for receiver in &mut receivers {
        let new = rotate(&d, receiver, false).await;
        receiver.secrets.retain(|old| old != IMPORTED);
        receiver.secrets.insert(0, new.clone());
        receiver.others = vec![new];
    }
    settle(&d).await;
    take(&d, &mut receivers, 1, &mut all).await;

    for receiver in receivers.iter_mut().filter(|r| r.path != "/standard") {
        let request = wire::EndpointRequest {
            endpoint_id: receiver.endpoint.id.clone(),
        };
        d.client().accept_secret(d.call(request)).await.unwrap();
        let new = receiver.secrets[0].clone();
        receiver.others = vec![std::mem::replace(&mut receiver.single, new)];
    }
    settle(&d).await;
    take(&d, &mut receivers, 1, &mut all).await;

    // A secret that leaked ends at once.
    for receiver in &mut receivers {
        let new = rotate(&d, receiver, true).await;
        receiver.others = std::mem::replace(&mut receiver.secrets, vec![new.clone()]);
        receiver.single = new;
    }
    settle(&d).await;
    take(&d, &mut receivers, 1, &mut all).await;
    all
}

async fn receiver(
    d: &Dispatcher,
    path: &'static str,
    profile: wire::Profile,
    secret: &str,
) -> Receiver {
    let request = wire::AddEndpointRequest {
        url: format!("{}{path}", d.receiver.uri()),
        secret: secret.to_owned(),
        profile: profile.into(),
        ..wire::AddEndpointRequest::default()
    };
    let added = d
        .client()
        .add_endpoint(d.call(request))
        .await
        .unwrap()
        .into_inner();
    Receiver {
        endpoint: added.endpoint.unwrap(),
        path,
        secrets: (secret != IMPORTED)
            .then(|| added.secret.clone())
            .into_iter()
            .collect(),
        single: added.secret,
        others: vec![],
        read: 0,
    }
}

async fn rotate(d: &Dispatcher, receiver: &Receiver, immediately: bool) -> String {
    let request = wire::RotateSecretRequest {
        endpoint_id: receiver.endpoint.id.clone(),
        immediately,
        ..wire::RotateSecretRequest::default()
    };
    d.client()
        .rotate_secret(d.call(request))
        .await
        .unwrap()
        .into_inner()
        .secret
}

async fn settle(d: &Dispatcher) {
    let mut event = d.settled();
    if let Event::Intent(_, snapshot) = &mut event.event {
        snapshot.metadata = Some(RawValue::from_string(METADATA.to_owned()).unwrap());
    }
    d.broker.publish(&event).await;
}

/// Waits for `each` more requests at every endpoint.
async fn take(d: &Dispatcher, receivers: &mut [Receiver], each: usize, all: &mut Vec<Delivered>) {
    let wanted: usize = receivers.iter().map(|r| r.read + each).sum();
    let requests = d.received(wanted).await;
    assert_eq!(requests.len(), wanted);
    for receiver in receivers {
        let mine = requests.iter().filter(|r| r.url.path() == receiver.path);
        let new: Vec<_> = mine.skip(receiver.read).collect();
        assert_eq!(new.len(), each, "{}", receiver.path);
        receiver.read += each;
        all.extend(new.into_iter().map(|request| {
            Delivered {
                profile: receiver.endpoint.profile(),
                headers: request
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                    .collect(),
                body: request.body.clone(),
                secrets: receiver.secrets.clone(),
                single: receiver.single.clone(),
                others: receiver.others.clone(),
                public_key: receiver.endpoint.public_key.clone(),
            }
        }));
    }
}
