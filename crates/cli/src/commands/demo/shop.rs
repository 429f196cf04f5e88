//! The demo merchant's server: asks for money over REST, with the merchant's own credentials.

use crate::failure::Failure;
use crate::gateway::Gateway;
use domain::{Currency, Money};
use jiff::Timestamp;
use runtime::secrets::random_bytes;
use serde::Deserialize;
use serde_json::json;
use url::Url;

const CLIENT_ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const CLIENT_SECRET: &str = "sk_test_demo";

/// What the merchant's server learns of an intent.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) order_id: String,
    pub(super) status: String,
    pub(super) payment_uri: String,
    pub(super) created_at: Timestamp,
    pub(super) utr: Option<String>,
}

/// What a payer's app reads from a `upi://pay` URI.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) payee: String,
    pub(super) amount: Money,
    pub(super) note: String,
}

/// The merchant's side of the API.
pub(super) struct Shop<'a> {
    gateway: &'a Gateway,
}

impl<'a> Shop<'a> {
    pub(super) const fn new(gateway: &'a Gateway) -> Self {
        Self { gateway }
    }

    /// A new order of INR 499.00.
    pub(super) async fn create(&self) -> Result<Intent, Failure> {
        let random = random_bytes::<8>().map_err(Failure::failed)?;
        let body = json!({
            "amount": 499.00,
            "order_id": format!("DEMO-{}", hex::encode_upper(random)),
            "metadata": { "source": "noxpay demo" },
        });
        let url = self.url("create-payment")?;
        self.send(self.gateway.http().post(url).json(&body)).await
    }

    pub(super) async fn get(&self, order_id: &str) -> Result<Intent, Failure> {
        let url = self.url(order_id)?;
        self.send(self.gateway.http().get(url)).await
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let path = format!("api/v1/intents/{path}");
        self.gateway.url().join(&path).map_err(Failure::failed)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Intent, Failure> {
        let request = request
            .header("X-Client-ID", CLIENT_ID)
            .header("X-Client-Secret", CLIENT_SECRET);
        let answer = request.send().await.map_err(|_| {
            Failure::failed(format!(
                "the gateway at {} does not answer: make status",
                self.gateway.url()
            ))
        })?;
        let status = answer.status();
        let body = answer.text().await.map_err(Failure::failed)?;
        if !status.is_success() {
            return Err(Failure::failed(format!(
                "the gateway refused the demo merchant's request ({status}): {body}"
            )));
        }
        serde_json::from_str(&body)
            .map_err(|error| Failure::failed(format!("the intent cannot be read: {error}")))
    }
}

/// Reads a payment URI as a payer's app does.
pub(super) fn read_uri(uri: &str) -> Result<Asked, Failure> {
    let wrong = || Failure::failed("the intent's payment_uri is no upi://pay request for rupees");
    let url: Url = uri.parse().map_err(|_| wrong())?;
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    if url.scheme() != "upi" || url.host_str() != Some("pay") {
        return Err(wrong());
    }
    let amount = value("am").ok_or_else(wrong)?;
    Ok(Asked {
        payee: value("pa").ok_or_else(wrong)?,
        amount: Money::parse_json_number(&amount, Currency::Inr).map_err(|_| wrong())?,
        note: value("tn").ok_or_else(wrong)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_uri_is_read_as_a_payers_app_does() {
        let uri =
            "upi://pay?pa=demo-shop@examplebank&pn=Demo%20Shop&am=498.99&cu=INR&tn=10TEA0C4FN";
        assert_eq!(
            read_uri(uri).unwrap(),
            Asked {
                payee: "demo-shop@examplebank".to_owned(),
                amount: Money::inr(49_899),
                note: "10TEA0C4FN".to_owned(),
            }
        );
        assert!(read_uri("https://pay?am=1&pa=x&tn=y").is_err());
        assert!(read_uri("upi://pay?pa=x&tn=y").is_err());
    }
}
