//! Signatures over the stored bytes.

use crate::key_pair::KeyPair;
use crate::profile::Profile;
use crate::secret::EndpointSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::dialect::payment_gateway_event;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

/// Everything that signs what one endpoint receives.
pub(crate) struct Signer {
    pub(crate) profile: Profile,
    pub(crate) secret: EndpointSecret,
    /// The secret before the last rotation, while its overlap lasts.
    pub(crate) previous: Option<EndpointSecret>,
    /// Goes into headers that hold one signature, where it is not `secret`: the merchant has not said yet that he has the
    /// new one.
    pub(crate) single: Option<EndpointSecret>,
    pub(crate) key_pair: Option<KeyPair>,
}

/// What is signed: one attempt of one event.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) event: Uuid,
    pub(crate) kind: &'a str,
    /// The attempt's time.
    pub(crate) at: Timestamp,
    pub(crate) body: &'a str,
}

pub(crate) type Header = (&'static str, String);

impl Signer {
    /// The headers of one attempt, those of the profile first.
    ///
    /// Headers with one signature cover the raw body alone, as every published client of those dialects verifies them;
    /// replay safety comes from `webhook-signature`, which covers id and time and stands beside them.
    pub(crate) fn headers(&self, signed: &Signed<'_>) -> Vec<Header> {
        let mut headers = self.own(signed);
        if let Some(signatures) = self.standard(signed) {
            headers.push(("webhook-id", signed.event.to_string()));
            headers.push(("webhook-timestamp", signed.at.as_second().to_string()));
            headers.push(("webhook-signature", signatures));
        }
        headers
    }

    fn own(&self, signed: &Signed<'_>) -> Vec<Header> {
        let single = || hex::encode(self.single_signature(signed.body.as_bytes()));
        match self.profile {
            Profile::NoxPay => vec![
                ("x-noxpay-signature", single()),
                ("x-noxpay-timestamp", signed.at.as_second().to_string()),
            ],
            Profile::Standard => vec![],
            Profile::NoddPay => vec![
                ("x-noddpay-signature", format!("sha256={}", single())),
                ("x-noddpay-event-id", signed.event.to_string()),
                // To the millisecond, as JavaScript's `toISOString` writes it.
                ("x-noddpay-timestamp", format!("{:.3}", signed.at)),
            ],
            Profile::PaymentGateway => vec![
                ("x-webhook-signature", single()),
                (
                    "x-webhook-event",
                    payment_gateway_event(signed.kind).to_owned(),
                ),
            ],
        }
    }

    /// HMAC-SHA256 keyed by the UTF-8 bytes of the whole secret.
    pub(crate) fn single_signature(&self, bytes: &[u8]) -> Vec<u8> {
        hmac(
            self.single.as_ref().unwrap_or(&self.secret).whole(),
            &[bytes],
        )
    }

    /// The list of `webhook-signature`; `None` where no secret has the standard's form.
    fn standard(&self, signed: &Signed<'_>) -> Option<String> {
        let head = format!("{}.{}.", signed.event, signed.at.as_second());
        let parts = [head.as_bytes(), signed.body.as_bytes()];
        let secrets = std::iter::once(&self.secret).chain(&self.previous);
        let mut list: Vec<String> = secrets
            .filter_map(EndpointSecret::standard)
            .map(|key| format!("v1,{}", STANDARD.encode(hmac(key, &parts))))
            .collect();
        if let Some(pair) = &self.key_pair {
            let signature = pair.sign(&parts.concat());
            list.push(format!("v1a,{}", STANDARD.encode(signature)));
        }
        (!list.is_empty()).then(|| list.join(" "))
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // RFC 2104: a key may have any length.
    <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .map(|mut mac| {
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

#[cfg(test)]
mod tests;
