//! The one guard for every host that a tenant names: webhooks, mailboxes, RPC providers.
//!
//! A name is resolved once, addresses that are not public are dropped, and the connection goes to exactly one of those
//! that remain. There are no redirects and no proxies. `NOXPAY_EGRESS_ALLOW` lists networks of the operator's own that
//! may be reached all the same, in clear text and on any port; everything else needs TLS and an ordinary port.
//!
//! Errors are coarse on purpose: they are shown to tenants and must not map the operator's network.

mod address;
mod allow;
mod client;
mod host;
mod names;
mod tcp;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc};

use url::Url;

pub use allow::{AllowList, Cidr};
pub use client::{Excess, HttpClient, HttpOptions};
pub use hyper::body::Bytes;

use crate::{
    Environment,
    settings::{Env, Invalid},
};

const VARIABLE: &str = "NOXPAY_EGRESS_ALLOW";

/// Why a host was not reached. Safe to show to the tenant who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The guard forbids it: no retry will help until the host or the allow-list changes. Same text as
    /// `Unresolvable`, so that names of the operator's own network cannot be told from names that do not exist.
    #[error("the host has no address that may be reached")]
    Refused,
    /// The name has no address now.
    #[error("the host has no address that may be reached")]
    Unresolvable,
    #[error("the host did not accept a connection")]
    Connect,
    #[error("the host took too long")]
    Timeout,
    #[error("no trusted TLS session could be made with the host")]
    Tls,
    #[error("the host's answer is too large")]
    TooLarge,
    #[error("the host's answer is not valid")]
    Protocol,
    /// Ours, not the host's: a client could not be built.
    #[error("the request could not be made")]
    Internal,
}

impl EgressError {
    /// A short stable word for stored attempts, metrics and logs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unresolvable => "unresolvable",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::TooLarge => "too_large",
            Self::Protocol => "protocol",
            Self::Internal => "internal",
        }
    }
}

/// The guard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Egress {
    allow: Arc<AllowList>,
    names: names::Names,
}

impl Egress {
    #[must_use]
    pub fn new(allow: AllowList) -> Self {
        Self {
            allow: Arc::new(allow),
            names: names::Names::of_this_machine(),
        }
    }

    /// Reads `NOXPAY_EGRESS_ALLOW`. Production refuses entries that reach this machine itself or link-local services.
    ///
    /// # Errors
    /// [`Invalid`] if an entry is no network, or one that this environment refuses.
    pub fn read(env: &mut Env) -> Result<Self, Invalid> {
        let allow: AllowList = env.or(
            VARIABLE,
            "",
            "networks of your own that tenants' hosts may stand in, as CIDR[,…]; others must be public",
        )?;
        if env.environment() == Environment::Production
            && let Some(cidr) = allow.first_that_reaches_this_machine()
        {
            let why = format!("production refuses {cidr}: it reaches this machine itself");
            return Err(env.reject(VARIABLE, why));
        }
        Ok(Self::new(allow))
    }

    /// Whether `host` may be named at all, as far as that can be told without asking DNS: an early answer for settings
    /// that a tenant saves; only the connection decides. Gives back the one spelling that is connected to, which is also
    /// the name that a certificate must show.
    ///
    /// # Errors
    /// [`EgressError::Refused`].
    pub fn check_host(&self, host: &str) -> Result<String, EgressError> {
        match host::parse(host)? {
            host::Host::Address(ip) if !self.may_reach(ip) => Err(EgressError::Refused),
            host::Host::Address(ip) => Ok(ip.to_string()),
            host::Host::Name(name) => Ok(name),
        }
    }

    /// Whether `url` may be named at all: `https` (or `http` where an allow-list exists), no user name, an ordinary port,
    /// no private address in any notation. For settings that a tenant saves; only the connection decides.
    ///
    /// # Errors
    /// [`EgressError::Refused`].
    pub fn check_url(&self, url: &str) -> Result<Url, EgressError> {
        let url = Url::parse(url).map_err(|_| EgressError::Refused)?;
        match self.listed_only(&url)? {
            // Nothing is listed, so nothing can be reached this way.
            true if self.allow.is_empty() => Err(EgressError::Refused),
            _ => Ok(url),
        }
    }

    /// Checks all that can be checked before a name is resolved. Gives back whether only listed addresses may be
    /// reached: in clear text, and on odd ports.
    fn listed_only(&self, url: &Url) -> Result<bool, EgressError> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(EgressError::Refused),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::Refused);
        }
        let port = url.port_or_known_default().ok_or(EgressError::Refused)?;
        let listed_only = !secure || !is_ordinary_port(port);
        let host = url.host().ok_or(EgressError::Refused)?;
        // The HTTP stack asks no resolver about addresses.
        if let host::Host::Address(ip) = host::from_url(host)? {
            let literal = SocketAddr::new(ip, port);
            self.permitted(std::iter::once(literal), listed_only)?;
        }
        Ok(listed_only)
    }

    /// Any address that tenants' hosts may have.
    fn may_reach(&self, ip: std::net::IpAddr) -> bool {
        self.allow.contains(ip) || address::is_public(ip)
    }

    /// The addresses among `found` that may be connected to; `listed_only` for clear text and odd ports.
    fn permitted(
        &self,
        found: impl Iterator<Item = SocketAddr>,
        listed_only: bool,
    ) -> Result<Vec<SocketAddr>, EgressError> {
        let mut any = false;
        let may = |ip| self.allow.contains(ip) || (!listed_only && address::is_public(ip));
        let permitted: Vec<_> = found
            .inspect(|_| any = true)
            .filter(|a| may(a.ip()))
            .collect();
        match (any, permitted.is_empty()) {
            (false, _) => Err(EgressError::Unresolvable),
            (true, true) => Err(EgressError::Refused),
            (true, false) => Ok(permitted),
        }
    }
}

/// Ports that a tenant's host may have when it is not on the allow-list: the web and mail ports, and unprivileged ones
/// where no database, broker or container engine usually listens.
fn is_ordinary_port(port: u16) -> bool {
    const LOW: [u16; 4] = [80, 143, 443, 993];
    const INFRASTRUCTURE: [u16; 24] = [
        1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5671, 5672, 5900,
        5984, 6379, 6443, 9042, 9092, 9200, 10250, 11211, 27017,
    ];
    LOW.contains(&port) || (port >= 1024 && !INFRASTRUCTURE.contains(&port))
}
