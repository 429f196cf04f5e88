//! The demo's own webhook endpoint: added for one payment, disabled after it.

use super::SCOPE;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::views::{Endpoint, Endpoints};
use serde_json::json;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use url::Url;
use uuid::Uuid;

/// Known to everybody: development only.
pub(super) const SECRET: &str = "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==";
/// Tells the demo's endpoints from others.
const PATH: &str = "/noxpay-demo";

/// Adds an endpoint at `listener`.
pub(super) async fn add(gateway: &Gateway, listener: SocketAddr) -> Result<Endpoint, Failure> {
    let url = format!("http://{listener}{PATH}");
    let request = json!({ "url": url, "secret": SECRET });
    let path = "webhook-endpoints";
    gateway.post(path, &SCOPE.query(), &request).await?.read()
}

pub(super) async fn disable(gateway: &Gateway, endpoint: Uuid) -> Result<(), Failure> {
    let path = format!("webhook-endpoints/{endpoint}");
    gateway.delete(&path, &SCOPE.query()).await.map(drop)
}

/// Disables what a demo that was cut off left behind: endpoints of the demo where nobody listens any more.
pub(super) async fn tidy(gateway: &Gateway) -> Result<(), Failure> {
    let answer = gateway.get("webhook-endpoints", &SCOPE.query()).await?;
    for endpoint in answer.read::<Endpoints>()?.endpoints {
        if let Some(address) = left_behind(&endpoint)
            && TcpStream::connect(address).await.is_err()
        {
            disable(gateway, endpoint.id).await?;
        }
    }
    Ok(())
}

/// The address of an active endpoint that some demo added.
fn left_behind(endpoint: &Endpoint) -> Option<SocketAddr> {
    let url: Url = endpoint.url.parse().ok()?;
    let ours = endpoint.active && url.path() == PATH && url.host_str() == Some("127.0.0.1");
    let port = url.port_or_known_default()?;
    ours.then(|| SocketAddr::from(([127, 0, 0, 1], port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_demos_own_endpoints_are_tidied() {
        let address = |url: &str, active| {
            left_behind(&Endpoint {
                id: Uuid::nil(),
                url: url.to_owned(),
                active,
            })
        };
        assert!(address("http://127.0.0.1:4711/noxpay-demo", true).is_some());
        assert!(address("http://127.0.0.1:4711/noxpay-demo", false).is_none());
        assert!(address("http://127.0.0.1:4711/hook", true).is_none());
        assert!(address("https://shop.example/noxpay-demo", true).is_none());
    }
}
