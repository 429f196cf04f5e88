//! Where the test servers are, from the variables that `scripts/servers` writes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

/// What this process uses instead: servers of its own.
static OWN: OnceLock<BTreeMap<String, String>> = OnceLock::new();

/// From now on the whole process uses these servers.
pub(crate) fn use_own(variables: BTreeMap<String, String>) {
    assert!(
        OWN.set(variables).is_ok(),
        "this process has servers of its own already"
    );
}

/// Whether the servers are this process's own, and go with it.
pub(crate) fn is_own() -> bool {
    OWN.get().is_some()
}

/// The value of a `NOXPAY_TEST_…` variable.
///
/// # Panics
/// If it is not set: the servers are not running.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no settings; this is the one place that reads their variables"
)]
pub fn var(name: &str) -> String {
    if let Some(value) = OWN.get().and_then(|own| own.get(name)) {
        return value.clone();
    }
    match std::env::var(name) {
        Ok(value) => value,
        Err(_) => panic!(
            "{name} is not set: run `make test`, or start the servers with `scripts/servers up DIR` and `. DIR/env`"
        ),
    }
}

fn port(name: &str) -> u16 {
    let value = var(name);
    value
        .parse()
        .unwrap_or_else(|_| panic!("{name} is not a port: {value}"))
}

/// The directory of `scripts/servers`, to stop or kill one of them.
pub fn servers_dir() -> PathBuf {
    var("NOXPAY_TEST_SERVERS_DIR").into()
}

/// The superuser's URL of the maintenance database.
pub fn pg_admin_url() -> String {
    var("NOXPAY_TEST_PG_ADMIN_URL")
}

pub fn pg_host() -> String {
    var("NOXPAY_TEST_PG_HOST")
}

pub fn pg_port() -> u16 {
    port("NOXPAY_TEST_PG_PORT")
}

/// The broker's administrator, default virtual host.
pub fn amqp_url() -> String {
    var("NOXPAY_TEST_AMQP_URL")
}

pub fn amqp_host() -> String {
    var("NOXPAY_TEST_AMQP_HOST")
}

pub fn amqp_port() -> u16 {
    port("NOXPAY_TEST_AMQP_PORT")
}

/// RabbitMQ's management API, with user and password.
pub fn rabbit_api() -> String {
    var("NOXPAY_TEST_RABBIT_API")
}

/// Dovecot, TLS from the first byte, on 127.0.0.1.
pub fn imaps_port() -> u16 {
    port("NOXPAY_TEST_IMAPS_PORT")
}

/// Dovecot's delivery, on 127.0.0.1.
pub fn lmtp_port() -> u16 {
    port("NOXPAY_TEST_LMTP_PORT")
}

/// The file of mailboxes: a line `name@host:{PLAIN}password` makes one.
pub fn imap_users() -> PathBuf {
    var("NOXPAY_TEST_IMAP_USERS").into()
}

/// The authority that signed Dovecot's certificate, PEM.
pub fn imap_ca() -> PathBuf {
    var("NOXPAY_TEST_IMAP_CA").into()
}
