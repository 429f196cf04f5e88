//! Where a request comes from.

use crate::app::App;
use actix_web::HttpRequest;
use std::net::{IpAddr, Ipv4Addr};

/// The caller's address: the connection's, or what a trusted proxy says.
pub(crate) fn caller_address(request: &HttpRequest, app: &App) -> IpAddr {
    // Several headers are one list (RFC 9110, section 5.3).
    let values = request.headers().get_all("x-forwarded-for");
    let forwarded: Vec<&str> = values.filter_map(|v| v.to_str().ok()).collect();
    let forwarded = (!forwarded.is_empty()).then(|| forwarded.join(","));
    // A connection without an address exists in tests only.
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip());
    app.edge.trusted_proxies.caller(peer, forwarded.as_deref())
}
