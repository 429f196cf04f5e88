use std::{fmt, net::IpAddr, str::FromStr};

use super::address::covers;

/// A network such as `10.1.0.0/16`; a single address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    bits: u32,
}

/// Why a network was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be networks such as 10.1.0.0/16 or fd00::/8, separated by commas")]
pub struct NotACidr;

/// Networks that tenants' hosts may stand in although they are not public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Cidr>);

impl Cidr {
    #[must_use]
    pub fn contains(self, ip: IpAddr) -> bool {
        let ((net, width), (ip, other)) = (number(self.network), number(ip));
        width == other && covers(net, self.bits, ip, width)
    }

    /// Whether the two networks share an address.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.contains(other.network) || other.contains(self.network)
    }
}

/// An address as a number, and how many bits it has.
fn number(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(ip) => (ip.to_bits().into(), 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    }
}

impl FromStr for Cidr {
    type Err = NotACidr;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| NotACidr)?;
        let (_, width) = number(network);
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NotACidr)?,
            None => width,
        };
        if bits > width {
            return Err(NotACidr);
        }
        Ok(Self { network, bits })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.bits)
    }
}

impl AllowList {
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|cidr| cidr.contains(ip))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first entry that shares an address with this machine, in any notation, or with link-local services such as
    /// a cloud's metadata server.
    #[must_use]
    pub fn first_that_reaches_this_machine(&self) -> Option<Cidr> {
        const HERE: [&str; 7] = [
            "0.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "::/128",
            "::1/128",
            "::ffff:0:0/96",
            "fe80::/10",
        ];
        let here: Vec<Cidr> = HERE.iter().filter_map(|c| c.parse().ok()).collect();
        let meets = |cidr: &&Cidr| here.iter().any(|h| h.meets(**cidr));
        self.0.iter().find(meets).copied()
    }
}

impl FromStr for AllowList {
    type Err = NotACidr;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        Ok(Self(parts.map(Cidr::from_str).collect::<Result<_, _>>()?))
    }
}
