//! What the process is told.

use crate::results::ResultsProviders;
use alerts::PinnedDns;
use db::{DatabaseSettings, Schema};
use domain::event::Producer;
use jiff::SignedDuration;
use runtime::listen::Exposure;
use runtime::{CommonSettings, Egress, Env, Environment, Invalid, SealingKeys, Settings};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

const PINS: &str = "NOXPAY_DNS_PINS";
const CA: &str = "NOXPAY_IMAP_CA";

/// Every setting of imap-verifier.
pub struct Config {
    pub common: CommonSettings,
    pub grpc_listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub internal: runtime::internal::InternalSettings,
    pub broker: bus::Settings,
    pub database: DatabaseSettings,
    pub sealing: SealingKeys,
    pub egress: Egress,
    pub keys: KeySource,
    /// Mail servers whose word on unsigned mails may be taken.
    pub results: ResultsProviders,
    pub reading: Reading,
    /// How long mails of listed senders are kept as they came. Zero: not at all.
    pub keep_bodies: SignedDuration,
    /// An authority that mailboxes' certificates may be signed by, beside the machine's, as PEM.
    pub imap_ca: Option<Vec<u8>>,
}

/// Where the banks' DKIM keys come from.
pub enum KeySource {
    /// A file. In development only.
    Pins(PinnedDns),
    /// These name servers.
    Servers(Vec<SocketAddr>),
    /// The machine's own resolver settings.
    System,
}

/// How mailboxes are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The longest single IDLE.
    pub idle: Duration,
    /// How often a mailbox says up to when it has been read, if nothing else happens.
    pub watermark: Duration,
    /// How long a mailbox stays with a replica that says nothing.
    pub lease_ttl: Duration,
    /// The first pause after a failed connection; it doubles up to five minutes.
    pub retry: Duration,
    /// A source that pushes and says nothing for longer is blind.
    pub silence: Duration,
    /// How far a phone's clock may differ.
    pub phone_skew: SignedDuration,
    /// How old a phone's message may be.
    pub phone_age: SignedDuration,
}

impl Settings for Config {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let grpc_listen = runtime::internal::listen(
            env,
            "NOXPAY_GRPC_LISTEN",
            "127.0.0.1:9092",
            "where other processes reach this one",
        );
        let admin_listen = env.listen(
            "NOXPAY_ADMIN_LISTEN",
            "127.0.0.1:9182",
            Exposure::Admin,
            "where probes and metrics are served",
        );
        let internal = runtime::internal::InternalSettings::read(env);
        let broker = bus::Settings::read(env, Producer::ImapVerifier);
        let database = DatabaseSettings::read(env, Schema::Mail, "imap-verifier");
        let sealing = SealingKeys::read(env);
        let egress = Egress::read(env);
        let keys = KeySource::read(env);
        let results = env.or::<ResultsProviders>(
            "NOXPAY_RESULTS_PROVIDERS",
            "",
            "mail servers that always write Authentication-Results and remove strangers', imap.host=authserv-id[,…], such as imap.gmail.com=mx.google.com; a mailbox's owner must also want it",
        );
        let reading = Reading::read(env);
        let keep_bodies = env.or::<Days>(
            "NOXPAY_MAIL_BODY_DAYS",
            "30",
            "how many days mails of banks are kept as they came, sealed; 0 keeps none",
        );
        let imap_ca = read_ca(env);
        Ok(Self {
            common: common?,
            grpc_listen: grpc_listen?,
            admin_listen: admin_listen?,
            internal: internal?,
            broker: broker?,
            database: database?,
            sealing: sealing?,
            egress: egress?,
            keys: keys?,
            results: results?,
            reading: reading?,
            keep_bodies: keep_bodies?.0,
            imap_ca: imap_ca?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

impl KeySource {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let pins = env.optional::<PathBuf>(
            PINS,
            "a JSON file of DKIM key records to use instead of DNS, name to text; development only",
        );
        let servers = env.or::<Servers>(
            "NOXPAY_DNS_SERVERS",
            "",
            "name servers to ask for DKIM keys, address:port[,…]; of several, two are asked, and keys that both give are kept; the machine's own where unset",
        );
        let (pins, servers) = (pins?, servers?.0);
        env.production_refuses(
            PINS,
            pins.is_some(),
            "keys must come from the banks' own DNS",
        )?;
        let Some(path) = pins else {
            return Ok(match servers.is_empty() {
                true => Self::System,
                false => Self::Servers(servers),
            });
        };
        let text = std::fs::read_to_string(&path).map_err(|e| {
            env.reject(PINS, format_args!("{} cannot be read: {e}", path.display()))
        })?;
        PinnedDns::from_json(&text).map(Self::Pins).map_err(|e| {
            env.reject(
                PINS,
                format_args!("is not a JSON object of names to texts: {e}"),
            )
        })
    }
}

struct Servers(Vec<SocketAddr>);

impl FromStr for Servers {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        let servers = parts.map(|p| p.parse().map_err(|_| "it must be address:port[,…]"));
        servers.collect::<Result<_, _>>().map(Self)
    }
}

impl Reading {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        // A developer's mailbox is on this machine, and tests do not wait.
        let first_retry = match env.environment() {
            Environment::Development => 200,
            Environment::Production => 2_000,
        };
        let idle = env.or::<IdleSeconds>(
            "NOXPAY_IMAP_IDLE_S",
            "45",
            "the longest single IDLE in seconds, 1 to 540: shorter than what middleboxes forget",
        );
        let watermark = env.millis(
            "NOXPAY_WATERMARK_MS",
            15_000,
            "how often a quiet mailbox says up to when it has been read",
        );
        let lease_ttl = env.millis(
            "NOXPAY_LEASE_TTL_MS",
            15_000,
            "after how long without a sign of life another replica takes a mailbox over",
        );
        let retry = env.millis(
            "NOXPAY_IMAP_RETRY_MS",
            first_retry,
            "the first pause after a mailbox could not be reached; it doubles up to five minutes",
        );
        let silence = env.millis(
            "NOXPAY_PUSH_SILENCE_MS",
            300_000,
            "after how long without a delivery or heartbeat a source that pushes counts as blind",
        );
        let phone_skew = env.millis(
            "NOXPAY_SMS_SKEW_MS",
            300_000,
            "how far a phone's clock may differ from this one's",
        );
        // The most patient app sends a message again for two days.
        let phone_age = env.millis(
            "NOXPAY_SMS_AGE_MS",
            172_800_000,
            "how old a message may be that a phone forwards",
        );
        Ok(Self {
            idle: idle?.0,
            watermark: watermark?.max(Duration::from_millis(50)),
            lease_ttl: lease_ttl?.max(Duration::from_millis(300)),
            retry: retry?,
            silence: silence?,
            phone_skew: SignedDuration::try_from(phone_skew?).unwrap_or(SignedDuration::MAX),
            phone_age: SignedDuration::try_from(phone_age?).unwrap_or(SignedDuration::MAX),
        })
    }
}

struct Days(SignedDuration);

impl FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days @ 0..=3650) => Ok(Self(SignedDuration::from_hours(24 * days))),
            _ => Err("it must be a whole number from 0 to 3650"),
        }
    }
}

struct IdleSeconds(Duration);

impl FromStr for IdleSeconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(seconds @ 1..=540) => Ok(Self(Duration::from_secs(seconds))),
            _ => Err("it must be a whole number from 1 to 540"),
        }
    }
}

fn read_ca(env: &mut Env) -> Result<Option<Vec<u8>>, Invalid> {
    let path = env.optional::<PathBuf>(
        CA,
        "a PEM file with an authority of your own that mailboxes' certificates may be signed by",
    )?;
    let read = |path: PathBuf| {
        std::fs::read(&path)
            .map_err(|e| env.reject(CA, format_args!("{} cannot be read: {e}", path.display())))
    };
    path.map(read).transpose()
}

#[cfg(test)]
mod tests;
