//! From a mailbox's settings to a session in which its folder is open.

use super::failure::Failure;
use super::socket;
use super::wire::{Reins, Wire};
use super::xoauth2::XOAuth2;
use imap::{Client, Session};
use native_tls::{Certificate, HandshakeError, Protocol, TlsConnector, TlsStream};
use runtime::Egress;
use secrecy::{ExposeSecret as _, SecretString};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// For the name, TCP and TLS, each.
const CONNECT: Duration = Duration::from_secs(5);
/// More than any answer before the first fetch is long.
pub(super) const SMALL: usize = 256 * 1024;

/// How a mailbox is logged in to. Not `Debug`: it is a secret.
#[derive(Clone)]
pub(crate) enum Login {
    Password(SecretString),
    /// An OAuth2 access token.
    Token(SecretString),
}

/// Where a mailbox is.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) login: Login,
    /// `None` where it is to be chosen.
    pub(crate) folder: Option<String>,
}

/// Makes connections that the guard permits and that are encrypted for the right name.
pub(crate) struct Connector {
    egress: Egress,
    tls: TlsConnector,
}

/// A session in which nothing is open yet.
pub(super) struct LoggedIn {
    pub(super) session: Session<Wire>,
    pub(super) can_idle: bool,
}

impl Connector {
    /// `ca`: authorities beside the machine's, as PEM.
    pub(crate) fn new(egress: Egress, ca: Option<&[u8]>) -> Result<Self, native_tls::Error> {
        let mut tls = TlsConnector::builder();
        tls.min_protocol_version(Some(Protocol::Tlsv12));
        if let Some(pem) = ca {
            tls.add_root_certificate(Certificate::from_pem(pem)?);
        }
        Ok(Self {
            egress,
            tls: tls.build()?,
        })
    }

    /// Whether an access token may be fetched there.
    pub(crate) fn check_url(&self, url: &str) -> Result<url::Url, runtime::egress::EgressError> {
        self.egress.check_url(url)
    }

    /// The spelling of `host` that is connected to, if it may be named at all.
    pub(crate) fn check_host(&self, host: &str) -> Result<String, runtime::egress::EgressError> {
        self.egress.check_host(host)
    }

    /// Connects and logs in. Blocks.
    pub(super) fn log_in(&self, target: &Target, reins: &Reins) -> Result<LoggedIn, Failure> {
        let tcp = self
            .egress
            .connect_tcp(&target.host, target.port, CONNECT)?;
        socket::prepare(&tcp).map_err(|_| Failure::Connect)?;
        let tls = self.handshake(&target.host, tcp, reins)?;
        reins.allow(SMALL);
        let mut client = Client::new(Wire::new(tls, reins.clone()));
        client.read_greeting().map_err(|e| Failure::of(&e))?;
        let logged_in = match &target.login {
            Login::Password(password) => client.login(&target.username, password.expose_secret()),
            Login::Token(token) => {
                client.authenticate("XOAUTH2", &XOAuth2::new(&target.username, token))
            }
        };
        let mut session = logged_in.map_err(|(error, _)| refused(&error))?;
        let can_idle = session
            .capabilities()
            .map_err(|e| Failure::of(&e))?
            .has_str("IDLE");
        Ok(LoggedIn { session, can_idle })
    }

    fn handshake(
        &self,
        host: &str,
        tcp: TcpStream,
        reins: &Reins,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let deadline = Instant::now() + CONNECT;
        let mut attempt = self.tls.connect(host, tcp);
        loop {
            attempt = match attempt {
                Ok(tls) => return Ok(tls),
                Err(HandshakeError::WouldBlock(half)) => {
                    if reins.is_stopped() {
                        return Err(Failure::Stopped);
                    }
                    if Instant::now() >= deadline || reins.check().is_err() {
                        return Err(Failure::Tls);
                    }
                    half.handshake()
                }
                Err(HandshakeError::Failure(_)) => return Err(Failure::Tls),
            }
        }
    }
}

/// A folder as it was opened.
pub(super) struct Opened {
    pub(super) uidvalidity: u32,
    /// How many mails it holds.
    pub(super) exists: u32,
}

/// Opens the folder read-only, so that nothing we do marks a mail as read.
pub(super) fn examine(
    session: &mut Session<Wire>,
    folder: &str,
    reins: &Reins,
) -> Result<Opened, Failure> {
    reins.allow(SMALL);
    match session.examine(folder) {
        Ok(mailbox) => Ok(Opened {
            uidvalidity: mailbox.uid_validity.ok_or(Failure::Select)?,
            exists: mailbox.exists,
        }),
        Err(imap::Error::No(_) | imap::Error::Bad(_) | imap::Error::Validate(_)) => {
            Err(Failure::Select)
        }
        Err(error) => Err(Failure::of(&error)),
    }
}

/// Only a clear No is a wrong password: a server in trouble says so in its code (RFC 5530), and is asked again.
fn refused(error: &imap::Error) -> Failure {
    const PASSING: [&str; 7] = [
        "UNAVAILABLE",
        "INUSE",
        "LIMIT",
        "SERVERBUG",
        "TEMPORARY",
        "TRY AGAIN",
        "TOO MANY",
    ];
    match error {
        imap::Error::No(no) => {
            let said = no.information.to_ascii_uppercase();
            let clear = said.contains("AUTHENTICATIONFAILED");
            if !clear && PASSING.iter().any(|p| said.contains(p)) {
                Failure::Login
            } else {
                Failure::Password
            }
        }
        imap::Error::Bad(_) | imap::Error::Validate(_) => Failure::Password,
        other => Failure::of(other),
    }
}
