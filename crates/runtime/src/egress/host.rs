use std::net::{IpAddr, Ipv6Addr};

use super::EgressError;

/// A host as a tenant wrote it, understood once: what is checked is what is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Address(IpAddr),
    /// Lower-case ASCII, no trailing dot.
    Name(String),
}

/// Understands a host the way a browser does, so that `0x7f.1`, `2130706433`, `127.1`, `０１２７.1` and `127%2e0.0.1` are
/// all seen to be addresses. Zone ids, user names, ports, paths and trailing dots are refused.
pub(super) fn parse(text: &str) -> Result<Host, EgressError> {
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        return Ok(Host::Address(ip.into()));
    }
    let host = url::Host::parse(text).map_err(|_| EgressError::Refused)?;
    from_url(host)
}

pub(super) fn from_url(host: url::Host<impl Into<String>>) -> Result<Host, EgressError> {
    match host {
        url::Host::Ipv4(ip) => Ok(Host::Address(ip.into())),
        url::Host::Ipv6(ip) => Ok(Host::Address(ip.into())),
        url::Host::Domain(name) => {
            let name: String = name.into();
            let label = |l: &str| {
                (1..=63).contains(&l.len())
                    && l.bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            if name.len() <= 253 && name.split('.').all(label) {
                Ok(Host::Name(name))
            } else {
                Err(EgressError::Refused)
            }
        }
    }
}
