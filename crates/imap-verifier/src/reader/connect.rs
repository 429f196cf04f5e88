//! From a mailbox's settings to a session in which its folder is open.

use super::failure::Failure;
use super::wire::{ANSWER, Reins, SLICE, Wire};
use imap::{Client, Session};
use native_tls::{Certificate, HandshakeError, Protocol, TlsConnector, TlsStream};
use runtime::Egress;
use secrecy::{ExposeSecret as _, SecretString};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// For the name, TCP and TLS, each.
const CONNECT: Duration = Duration::from_secs(5);
/// More than any answer before the first fetch is long.
const SMALL: usize = 256 * 1024;

/// Where a mailbox is. Not `Debug`: it holds the password.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) password: SecretString,
    pub(crate) folder: String,
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

    /// The spelling of `host` that is connected to, if it may be named at all.
    pub(crate) fn check_host(&self, host: &str) -> Result<String, runtime::egress::EgressError> {
        self.egress.check_host(host)
    }

    /// Connects and logs in. Blocks.
    pub(super) fn log_in(&self, target: &Target, reins: &Reins) -> Result<LoggedIn, Failure> {
        let tcp = self
            .egress
            .connect_tcp(&target.host, target.port, CONNECT)?;
        let prepared = tcp
            .set_read_timeout(Some(SLICE))
            .and_then(|()| tcp.set_write_timeout(Some(ANSWER)))
            .and_then(|()| tcp.set_nodelay(true));
        prepared.map_err(|_| Failure::Connect)?;
        let tls = self.handshake(&target.host, tcp, reins)?;
        reins.allow(SMALL);
        let mut client = Client::new(Wire::new(tls, reins.clone()));
        client.read_greeting().map_err(|e| Failure::of(&e))?;
        let mut session = client
            .login(&target.username, target.password.expose_secret())
            .map_err(|(error, _)| refused(&error))?;
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

/// Opens the folder read-only, so that nothing we do marks a mail as read. Gives back its UIDVALIDITY.
pub(super) fn examine(
    session: &mut Session<Wire>,
    folder: &str,
    reins: &Reins,
) -> Result<u32, Failure> {
    reins.allow(SMALL);
    match session.examine(folder) {
        Ok(mailbox) => mailbox.uid_validity.ok_or(Failure::Select),
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
