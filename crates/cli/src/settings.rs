//! What the commands read from the environment.

use runtime::settings::Variable;
use runtime::{Env, Invalid};
use secrecy::SecretString;
use std::path::PathBuf;
use url::{Host, Url};

const PUBLIC_URL: &str = "NOXPAY_PUBLIC_URL";
const LOCAL: &str = "http://localhost:8080";

/// Where the gateway is, and the key to it.
pub(crate) struct GatewaySettings {
    pub(crate) url: Url,
    pub(crate) key: SecretString,
}

impl GatewaySettings {
    /// `given` is the command line's `--url`.
    pub(crate) fn read(env: &mut Env, given: Option<&str>) -> Result<Self, Invalid> {
        let url = read_url(env, given);
        env.alias("MASTER_API_KEY", "NOXPAY_ADMIN_KEY");
        let key = env.secret(
            "NOXPAY_ADMIN_KEY",
            "the installation's admin key (after make up: . .local/env)",
        );
        Ok(Self {
            url: url?,
            key: key?,
        })
    }
}

/// The gateway's address alone: some commands need no key.
pub(crate) fn read_url(env: &mut Env, given: Option<&str>) -> Result<Url, Invalid> {
    let doc = "the gateway's address; --url says another";
    let set: String = env.or(PUBLIC_URL, LOCAL, doc)?;
    let (name, text) = match given {
        Some(text) => ("--url", text),
        None => (PUBLIC_URL, set.as_str()),
    };
    parse_url(text).map_err(|why| env.reject(name, why))
}

fn parse_url(text: &str) -> Result<Url, &'static str> {
    const WANTED: &str = "it must be http(s)://host[:port][/path]";
    let mut url: Url = text.parse().map_err(|_| WANTED)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.query().is_some() {
        return Err(WANTED);
    }
    if url.scheme() == "http" && !is_near(&url) {
        return Err("the admin key would travel in clear text: use https");
    }
    // So that joining keeps the last segment.
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// This machine, or a private network that a container or a tunnel gives: a bare name or a private address.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.ends_with(".localhost") || !name.contains('.'),
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        None => false,
    }
}

/// What `noxpay migrate` needs.
pub(crate) struct MigrateSettings {
    pub(crate) url: SecretString,
    pub(crate) role_passwords: Option<PathBuf>,
    pub(crate) production: bool,
}

impl MigrateSettings {
    pub(crate) fn read(env: &mut Env) -> Result<Self, Invalid> {
        let url = env.secret(
            "NOXPAY_MIGRATE_URL",
            "PostgreSQL as a role that may create roles and schemas",
        );
        let role_passwords = env.optional(
            "NOXPAY_ROLE_PASSWORDS_FILE",
            "a JSON object of database role to password, which `migrate` sets",
        );
        Ok(Self {
            url: url?,
            role_passwords: role_passwords?,
            production: env.environment().is_production(),
        })
    }
}

/// What `noxpay demo` needs to play the bank.
pub(crate) struct DemoSettings {
    pub(crate) bank_key: PathBuf,
    /// `host:port`, delivery over LMTP.
    pub(crate) lmtp: String,
    /// `host:port`, IMAP over TLS, as imap-verifier reaches it.
    pub(crate) imap: HostPort,
    pub(crate) mailbox_password: SecretString,
}

impl DemoSettings {
    pub(crate) fn read(env: &mut Env) -> Result<Self, Invalid> {
        let bank_key = env.required(
            "NOXPAY_DEMO_BANK_KEY",
            "the demo bank's RSA key, a PEM file",
        );
        let lmtp = env.required(
            "NOXPAY_DEMO_LMTP",
            "where mail to the demo mailbox is delivered, host:port",
        );
        let imap = env.required(
            "NOXPAY_DEMO_IMAP",
            "where the demo mailbox is read, host:port",
        );
        let mailbox_password = env.secret(
            "NOXPAY_DEMO_MAILBOX_PASSWORD",
            "the demo mailbox's password",
        );
        Ok(Self {
            bank_key: bank_key?,
            lmtp: lmtp?,
            imap: imap?,
            mailbox_password: mailbox_password?,
        })
    }
}

/// What `noxpay mailbox add` may be given instead of typing.
pub(crate) fn mailbox_password(env: &mut Env) -> Result<Option<SecretString>, Invalid> {
    env.optional_secret(
        "NOXPAY_MAILBOX_PASSWORD",
        "the password that `mailbox add` and `mailbox set-password` give a mailbox",
    )
}

/// A merchant's own credentials, for what needs no admin key.
pub(crate) struct MerchantKey {
    pub(crate) client_id: String,
    pub(crate) secret: SecretString,
}

impl MerchantKey {
    /// `None` where neither is set.
    pub(crate) fn read(env: &mut Env) -> Result<Option<Self>, Invalid> {
        const ID: &str = "NOXPAY_CLIENT_ID";
        const SECRET: &str = "NOXPAY_CLIENT_SECRET";
        let client_id: Option<String> = env.optional(
            ID,
            "a merchant's client id, which `listen` uses instead of the admin key",
        )?;
        let secret = env.optional_secret(SECRET, "the secret of that client id")?;
        match (client_id, secret) {
            (Some(client_id), Some(secret)) => Ok(Some(Self { client_id, secret })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(env.reject(SECRET, "goes with NOXPAY_CLIENT_ID: set both")),
            (None, Some(_)) => Err(env.reject(ID, "goes with NOXPAY_CLIENT_SECRET: set both")),
        }
    }
}

/// A server's address as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl std::str::FromStr for HostPort {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "it must be host:port";
        let (host, port) = text.rsplit_once(':').ok_or(WANTED)?;
        let port = port.parse().map_err(|_| WANTED)?;
        (!host.is_empty()).then_some(()).ok_or(WANTED)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
        })
    }
}

/// Every variable that some command reads, for the reference.
#[must_use]
pub fn variables() -> Vec<Variable> {
    let mut env = Env::from_map::<String, String>([]);
    // Missing variables are expected here: only what was asked for matters.
    let _ = GatewaySettings::read(&mut env, None);
    let _ = MigrateSettings::read(&mut env);
    let _ = DemoSettings::read(&mut env);
    let _ = mailbox_password(&mut env);
    let _ = MerchantKey::read(&mut env);
    let _ = crate::commands::doctor::settings::DoctorSettings::read(&mut env);
    env.into_variables()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_key_never_travels_in_clear_text() {
        for refused in [
            "http://pay.example.com",
            "http://192.0.2.1",
            "ftp://localhost",
            "localhost:8080",
            "https://pay.example.com/?x=1",
        ] {
            assert!(parse_url(refused).is_err(), "{refused}");
        }
        for (given, base) in [
            ("https://pay.example.com", "https://pay.example.com/"),
            (
                "https://pay.example.com/nox",
                "https://pay.example.com/nox/",
            ),
            ("http://localhost:8080", "http://localhost:8080/"),
            ("http://api-gateway:8080/", "http://api-gateway:8080/"),
            ("http://10.1.2.3", "http://10.1.2.3/"),
            ("http://[::1]:8080", "http://[::1]:8080/"),
        ] {
            assert_eq!(parse_url(given).unwrap().as_str(), base);
        }
    }

    #[test]
    fn a_wrong_setting_names_its_variable() {
        let read = |pairs: &[(&str, &str)], url: Option<&str>| {
            let mut env = Env::from_map(pairs.iter().copied());
            env.read_with(|env| GatewaySettings::read(env, url))
                .map(|s| s.url.to_string())
                .map_err(|e| e.to_string())
        };
        let key = ("MASTER_API_KEY", "a key for tests");
        assert_eq!(read(&[key], None).unwrap(), "http://localhost:8080/");
        assert_eq!(
            read(&[key], Some("http://x.example")).unwrap_err(),
            "--url: the admin key would travel in clear text: use https"
        );
        assert!(
            read(&[], None)
                .unwrap_err()
                .starts_with("NOXPAY_ADMIN_KEY: is not set")
        );
    }

    #[test]
    fn servers_are_host_and_port() {
        let parse = |text: &str| text.parse::<HostPort>();
        assert_eq!(parse("localhost:993").unwrap().port, 993);
        assert_eq!(parse("[::1]:993").unwrap().host, "::1");
        assert!(parse("localhost").is_err() && parse(":1").is_err());
    }
}
