use std::{net::IpAddr, time::Duration};

use super::super::*;

const SECOND: Duration = Duration::from_secs(1);

fn guard(allow: &str) -> Egress {
    Egress::new(allow.parse().unwrap())
}

/// Private addresses in all the ways that resolvers, browsers and C libraries have been seen to accept.
const PRIVATE: [&str; 78] = [
    // loopback, and this host
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0",
    "0.0.0.0",
    "0.0.0.1",
    // decimal, hexadecimal, octal, mixed
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0x0.1",
    "00000177.1",
    "3232235521",
    "0xc0a80001",
    "0300.0250.0.1",
    "2852039166",
    "0xa9fea9fe",
    // trailing dots, and dots that are not ASCII
    "127.0.0.1.",
    "127.1.",
    "0x7f.1.",
    "localhost.",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    // percent-encoded, full-width, circled
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    // private, carrier-grade, link-local, special
    "10.0.0.1",
    "10.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.168.257",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "168.63.129.16",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    // IPv6, with and without brackets
    "::",
    "::1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    // IPv4 inside IPv6
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "[::ffff:10.0.0.1]",
    "::127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::1",
    // other special networks
    "5f00::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "2001:2::1",
    "3ffe::1",
    // zone ids
    "fe80::1%eth0",
    "[fe80::1%25lo]",
    "::1%lo",
];

#[test]
fn a_mailbox_host_on_a_private_address_is_refused_in_every_notation() {
    let guard = guard("");
    for host in PRIVATE {
        assert_eq!(
            guard.connect_tcp(host, 993, SECOND).err(),
            Some(EgressError::Refused),
            "{host}"
        );
        if host != "localhost." {
            assert_eq!(guard.check_host(host), Err(EgressError::Refused), "{host}");
        }
    }
    // A name is refused by what it resolves to.
    assert_eq!(
        guard.connect_tcp("localhost", 993, SECOND).err(),
        Some(EgressError::Refused)
    );
}

#[tokio::test]
async fn a_webhook_url_on_a_private_address_is_refused_in_every_notation() {
    let guard = guard("");
    let client = guard.http(&HttpOptions::default()).unwrap();
    for host in PRIVATE {
        let bracketed = if host.contains(':') && !host.starts_with('[') {
            format!("https://[{host}]/hook")
        } else {
            format!("https://{host}/hook")
        };
        assert_eq!(
            guard.check_url(&bracketed).err(),
            Some(EgressError::Refused),
            "{bracketed}"
        );
        // What cannot even be written as a request is refused earlier.
        if let Ok(request) = ::http::Request::post(&bracketed).body(Default::default()) {
            assert_eq!(
                client.send(request).await.err(),
                Some(EgressError::Refused),
                "{bracketed}"
            );
        }
    }
    let request = ::http::Request::get("https://localhost/")
        .body(Default::default())
        .unwrap();
    assert_eq!(client.send(request).await.err(), Some(EgressError::Refused));
}

#[test]
fn odd_hosts_and_urls_are_refused() {
    let guard = guard("");
    for host in [
        "",
        " ",
        ".",
        "..",
        "a..b",
        "host:993",
        "user@host",
        "host/path",
        "host?x",
        "host#x",
        "a b",
        "-\0-",
        "host\r\nX: y",
        "host\\x",
        "[::1",
        "1.2.3.4.5",
        "256.1.1.1",
        "0x100000000",
        "example.com.",
        &"a".repeat(64),
        &"a.".repeat(200),
    ] {
        assert_eq!(
            guard.check_host(host),
            Err(EgressError::Refused),
            "{host:?}"
        );
        assert_eq!(
            guard.connect_tcp(host, 993, SECOND).err(),
            Some(EgressError::Refused),
            "{host:?}"
        );
    }
    for url in [
        "",
        "hook",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://u@example.com/",
        "https://u:p@example.com/",
        "https://:p@example.com/",
        "https://example.com:22/",
        "https://example.com:5432/",
        "https://example.com:0/",
        "https://8.8.8.8:25/",
        "gopher://example.com/",
        "https:///",
        "data:text/plain,x",
    ] {
        assert_eq!(
            guard.check_url(url).err(),
            Some(EgressError::Refused),
            "{url}"
        );
    }
    for url in [
        "https://example.com/",
        "https://example.com:8443/x?y",
        "https://8.8.8.8/",
        "https://xn--bcher-kva.example/",
    ] {
        assert!(guard.check_url(url).is_ok(), "{url}");
    }
    for (written, canonical) in [
        ("IMAP.Example.com", "imap.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("0x08.8.8.8", "8.8.8.8"),
        ("[2606:4700::1111]", "2606:4700::1111"),
    ] {
        assert_eq!(guard.check_host(written).as_deref(), Ok(canonical));
    }
}

#[test]
fn public_addresses_are_public() {
    for ip in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00::1",
        "2001:200::1",
    ] {
        assert!(address::is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn an_allow_list_admits_its_networks_and_nothing_else() {
    let listed = guard("127.0.0.0/8, ::1/128 ,10.1.0.0/16");
    let may = |ip: &str| listed.may_reach(ip.parse::<IpAddr>().unwrap());
    for ip in ["127.0.0.1", "127.9.9.9", "::1", "10.1.255.255", "8.8.8.8"] {
        assert!(may(ip), "{ip}");
    }
    for ip in [
        "10.2.0.1",
        "::2",
        "::ffff:127.0.0.1",
        "192.168.0.1",
        "0.0.0.0",
    ] {
        assert!(!may(ip), "{ip}");
    }
    assert!(
        listed.check_url("http://127.0.0.1:25/").is_ok(),
        "clear text and any port"
    );
    assert!(listed.check_url("http://8.8.8.8/").is_err());
    for wrong in [
        "x",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "1.2.3",
    ] {
        assert_eq!(wrong.parse::<AllowList>(), Err(allow::NotACidr), "{wrong}");
    }
}

#[test]
fn a_listed_host_can_be_connected_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let listed = guard("127.0.0.0/8");
    for host in ["localhost", "127.0.0.1", "127.1"] {
        let stream = listed.connect_tcp(host, port, SECOND).unwrap();
        assert_eq!(
            stream.peer_addr().unwrap(),
            listener.local_addr().unwrap(),
            "{host}"
        );
    }
    drop(listener);
    assert_eq!(
        listed.connect_tcp("127.0.0.1", port, SECOND).err(),
        Some(EgressError::Connect)
    );
    let unknown = listed.connect_tcp("no-such-host.invalid", port, SECOND * 20);
    // Without any DNS server it takes the time that it was given.
    assert!(matches!(
        unknown.err(),
        Some(EgressError::Unresolvable | EgressError::Timeout)
    ));
}

#[test]
fn what_is_refused_and_what_does_not_exist_read_the_same() {
    assert_eq!(
        EgressError::Refused.to_string(),
        EgressError::Unresolvable.to_string()
    );
}
