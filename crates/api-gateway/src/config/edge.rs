//! Addresses and origins at the edge.

use runtime::egress::AllowList;
use runtime::settings::{Env, Invalid};
use std::net::IpAddr;
use std::str::FromStr;
use url::{Host, Url};

const PUBLIC_URL: &str = "NOXPAY_PUBLIC_URL";

/// The base of every link that is given out, without a slash at its end. Never taken from a request's Host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads `NOXPAY_PUBLIC_URL`. Development refuses one that is not this machine; production refuses `.test`, and clear
    /// text beyond this machine.
    pub(super) fn read(env: &mut Env) -> Result<Self, Invalid> {
        let doc = "the address at which payers and merchants reach the gateway, such as https://pay.example.com";
        let given: Given = env.or(PUBLIC_URL, "http://localhost:8080", doc)?;
        let production = env.environment().is_production();
        if !production && !given.local {
            return Err(env.reject(
                PUBLIC_URL,
                "development has an address of this machine only",
            ));
        }
        env.production_refuses(
            PUBLIC_URL,
            given.test_domain,
            "a .test domain reaches nobody",
        )?;
        let clear = !given.secure && !given.local;
        env.production_refuses(PUBLIC_URL, clear, "links beyond this machine need https")?;
        Ok(Self(given.base))
    }

    /// `base` and `path`, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    #[cfg(test)]
    pub(crate) fn for_testing(base: &str) -> Self {
        Self(base.to_owned())
    }
}

struct Given {
    base: String,
    local: bool,
    secure: bool,
    test_domain: bool,
}

impl FromStr for Given {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "it must be http(s)://host[:port][/path] and nothing more";
        let url: Url = text.parse().map_err(|_| WANTED)?;
        let host = url.host().ok_or(WANTED)?;
        let bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare {
            return Err(WANTED);
        }
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            local: is_local(&host),
            secure: url.scheme() == "https",
            test_domain: matches!(&host, Host::Domain(name) if name.ends_with(".test")),
        })
    }
}

/// Whether a host can only be this machine.
pub(crate) fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(AllowList);

impl TrustedProxies {
    /// Who really asks: the rightmost address that no trusted proxy has, given the connection's peer and the value of
    /// `X-Forwarded-For`. A peer that is no proxy of ours is the caller, whatever it claims.
    pub(crate) fn caller(&self, peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
        let mut caller = peer.to_canonical();
        for hop in forwarded_for.unwrap_or_default().rsplit(',') {
            if !self.0.contains(caller) {
                break;
            }
            // Something that is no address was not written by a proxy of ours.
            let Some(address) = parse_hop(hop.trim()) else {
                break;
            };
            caller = address;
        }
        caller
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`: proxies differ.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse().ok().map(|a: std::net::SocketAddr| a.ip());
    hop.parse()
        .ok()
        .or_else(with_port)
        .map(|ip: IpAddr| ip.to_canonical())
}

impl FromStr for TrustedProxies {
    type Err = <AllowList as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Origins (scheme, host, port) whose pages may call the API.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Whether the `Origin` header's value is one of them, exactly.
    pub(crate) fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }
}

impl FromStr for Origins {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str =
            "it must be origins such as https://shop.example, separated by commas; * is not one";
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        let origins = parts.map(|part| {
            let url: Url = part.parse().map_err(|_| WANTED)?;
            let origin = url.origin();
            if !origin.is_tuple() || url.path() != "/" || url.query().is_some() {
                return Err(WANTED);
            }
            Ok(origin.ascii_serialization())
        });
        Ok(Self(origins.collect::<Result<_, _>>()?))
    }
}
