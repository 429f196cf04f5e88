//! What a service under test is told, and a mailbox as a merchant adds it.

use super::TOKEN;
use crate::bank;
use domain::event::Producer;
use imap_verifier::{Config, Running};
use proto::mail;
use runtime::{Env, Shutdown};
use std::collections::BTreeMap;
use testkit::mailbox::HOST;
use testkit::{TestBroker, TestDb, TestMailbox, env};
use uuid::Uuid;

const SEALING: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What a service under test is told.
pub(crate) type Variables = BTreeMap<&'static str, String>;

pub(crate) fn added(mailbox: &TestMailbox) -> mail::AddMailboxRequest {
    mail::AddMailboxRequest {
        host: HOST.to_owned(),
        port: env::imaps_port().into(),
        username: mailbox.address().to_owned(),
        password: mailbox.password().to_owned(),
        folder: String::new(),
        oauth2: None,
    }
}

pub(super) async fn run(variables: Variables, shutdown: &Shutdown) -> Running {
    let config: Config = Env::from_map(variables).load().unwrap();
    imap_verifier::run(config, shutdown.clone()).await.unwrap()
}

pub(super) fn variables(db: &TestDb, broker: &TestBroker) -> Variables {
    let pins = format!(
        "{}/pins-{}.json",
        env!("CARGO_TARGET_TMPDIR"),
        Uuid::new_v4()
    );
    std::fs::write(&pins, bank::pins().to_string()).unwrap();
    [
        ("NOXPAY_ENV", "development".to_owned()),
        ("NOXPAY_GRPC_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_INTERNAL_TOKEN", TOKEN.to_owned()),
        ("NOXPAY_SEALING_KEYS", SEALING.to_owned()),
        ("NOXPAY_BROKER_URL", broker.url(Producer::ImapVerifier)),
        ("NOXPAY_DATABASE_REQUEST_URL", db.url("mail_request")),
        ("NOXPAY_DATABASE_WORKER_URL", db.url("mail_worker")),
        ("NOXPAY_EGRESS_ALLOW", "127.0.0.0/8,::1/128".to_owned()),
        (
            "NOXPAY_IMAP_CA",
            env::imap_ca().to_string_lossy().into_owned(),
        ),
        ("NOXPAY_DNS_PINS", pins),
        ("NOXPAY_WATERMARK_MS", "300".to_owned()),
        ("NOXPAY_LEASE_TTL_MS", "2000".to_owned()),
    ]
    .into()
}
