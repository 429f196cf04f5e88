//! Which addresses are public. IANA's special-purpose registries, and a few that clouds use:
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Network and prefix length.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this host
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

/// Everything outside `2000::/3` is not public anyway: loopback, `::/128`, v4-mapped and v4-compatible, NAT64
/// (`64:ff9b::/96`, `64:ff9b:1::/48`), discard, `SRv6`, unique local, link-local, site-local, multicast. A v4 address
/// inside a v6 one is never unpacked: such an address is refused whole.
const NOT_PUBLIC_IN_2000_3: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // Teredo, ORCHID, benchmarks, other assignments
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16), // the former 6bone
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4
            .iter()
            .any(|(net, bits)| covers(net.to_bits().into(), *bits, ip.to_bits().into(), 32)),
        IpAddr::V6(ip) => {
            ip.segments()[0] >> 13 == 1
                && !NOT_PUBLIC_IN_2000_3
                    .iter()
                    .any(|(net, bits)| covers(net.to_bits(), *bits, ip.to_bits(), 128))
        }
    }
}

/// Whether the first `bits` of two numbers of `width` bits are equal.
pub(super) fn covers(net: u128, bits: u32, ip: u128, width: u32) -> bool {
    // All of a 128-bit number shifted out is nothing left, not an overflow.
    let shift = width.saturating_sub(bits);
    (net ^ ip).checked_shr(shift).unwrap_or(0) == 0
}
