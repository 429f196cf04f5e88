use super::*;
use runtime::settings::unlisted_variables;
use std::net::IpAddr;

const COMPLETE: [(&str, &str); 9] = [
    ("NOXPAY_ENV", "development"),
    (
        "NOXPAY_INTERNAL_TOKEN",
        "a token for tests, long enough for all",
    ),
    ("NOXPAY_PEPPER", "a pepper for tests, long enough for all"),
    (
        "MASTER_API_KEY",
        "an admin key for tests, long enough for all",
    ),
    (
        "NOXPAY_DATABASE_REQUEST_URL",
        "postgres://gateway_request:x@localhost/noxpay",
    ),
    (
        "NOXPAY_DATABASE_WORKER_URL",
        "postgres://gateway_worker:x@localhost/noxpay",
    ),
    (
        "NOXPAY_BROKER_URL",
        "amqp://api-gateway:x@localhost:5672/%2f",
    ),
    ("NOXPAY_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
    (
        "NOXPAY_ALLOWED_ORIGINS",
        "https://shop.example, http://localhost:3000",
    ),
];

fn with(changes: &[(&str, &str)]) -> Result<Config, String> {
    let all = COMPLETE.iter().chain(changes).map(|(k, v)| (*k, *v));
    Env::from_map(all).load().map_err(|e| e.to_string())
}

#[test]
fn every_variable_is_in_the_help() {
    assert_eq!(
        unlisted_variables::<Config>(Env::from_map(COMPLETE)),
        [""; 0]
    );
    let config = with(&[]).unwrap();
    assert!(
        config
            .admin_key
            .is(b"an admin key for tests, long enough for all")
    );
    assert!(!config.admin_key.is(b""));
    assert_eq!(config.edge.public_url.join("/x"), "http://localhost:8080/x");
}

#[test]
fn development_refuses_a_public_base_url() {
    let refused = with(&[("NOXPAY_PUBLIC_URL", "https://pay.example.com")])
        .err()
        .unwrap();
    assert_eq!(
        refused,
        "NOXPAY_PUBLIC_URL: development has an address of this machine only"
    );
    assert!(with(&[("NOXPAY_PUBLIC_URL", "http://127.0.0.1:9000/pay/")]).is_ok());
}

#[test]
fn production_refuses_default_keys_test_domains_and_clear_text() {
    let production = ("NOXPAY_ENV", "production");
    for (name, value) in [
        ("NOXPAY_ADMIN_KEY", "changeme"),
        ("NOXPAY_ADMIN_KEY", "too short to be one"),
        ("NOXPAY_PEPPER", "secret"),
        ("NOXPAY_PUBLIC_URL", "https://pay.shop.test"),
        ("NOXPAY_PUBLIC_URL", "http://pay.example.com"),
        ("NOXPAY_PUBLIC_URL", "https://pay.example.com/?x=1"),
        ("NOXPAY_PUBLIC_URL", "https://me@pay.example.com"),
        ("NOXPAY_RATE_LIMIT_RPM", "0"),
        ("NOXPAY_ALLOWED_ORIGINS", "*"),
    ] {
        let refused = with(&[production, (name, value)]).err().unwrap();
        assert!(refused.starts_with(name), "{name}={value}: {refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
    assert!(with(&[production, ("NOXPAY_PUBLIC_URL", "https://pay.example.com")]).is_ok());
}

#[test]
fn the_caller_is_the_last_address_that_no_trusted_proxy_wrote() {
    let proxies: TrustedProxies = "10.0.0.0/8".parse().unwrap();
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    for (peer, forwarded, caller) in [
        ("192.0.2.1", None, "192.0.2.1"),
        // Nobody of ours: what it claims is worth nothing.
        ("192.0.2.1", Some("198.51.100.7"), "192.0.2.1"),
        ("10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
        // The left part came with the caller's own request.
        (
            "10.0.0.1",
            Some("1.1.1.1, 198.51.100.7, 10.0.0.9"),
            "198.51.100.7",
        ),
        ("10.0.0.1", Some("[2001:db8::1]:4711"), "2001:db8::1"),
        ("10.0.0.1", Some("198.51.100.7:80"), "198.51.100.7"),
        ("10.0.0.1", Some("unknown"), "10.0.0.1"),
        ("::ffff:10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
        ("10.0.0.1", None, "10.0.0.1"),
    ] {
        assert_eq!(
            proxies.caller(ip(peer), forwarded),
            ip(caller),
            "{peer} {forwarded:?}"
        );
    }
}

#[test]
fn an_origin_is_compared_whole() {
    let origins = with(&[]).unwrap().edge.origins;
    assert!(origins.allow("https://shop.example"));
    for other in [
        "https://shop.example.evil.test",
        "http://shop.example",
        "null",
        "",
    ] {
        assert!(!origins.allow(other), "{other}");
    }
}
