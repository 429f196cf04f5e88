//! The blocking face of the guard, for protocols that run on a thread of their own.

use std::{
    io,
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    time::{Duration, Instant},
};

use super::{Egress, EgressError, host, host::Host, is_ordinary_port, names::Names};

/// More are not tried: they only make a failure slower.
const MOST_ADDRESSES: usize = 4;

impl Egress {
    /// Connects to one of the permitted addresses of `host`, within `timeout` for resolving and connecting together.
    /// Blocks. TLS, with `host` as the name that the certificate must show, is the caller's.
    ///
    /// # Errors
    /// [`EgressError`], but never `Tls`, `TooLarge` or `Protocol`.
    pub fn connect_tcp(
        &self,
        host: &str,
        port: u16,
        timeout: Duration,
    ) -> Result<TcpStream, EgressError> {
        let deadline = Instant::now() + timeout;
        let found = match host::parse(host)? {
            Host::Address(ip) => vec![SocketAddr::new(ip, port)],
            Host::Name(name) => resolve(self.names.clone(), name, port, timeout)?,
        };
        let mut last = EgressError::Connect;
        let mut permitted = self.permitted(found.into_iter(), !is_ordinary_port(port))?;
        permitted.truncate(MOST_ADDRESSES);
        for (address, untried) in permitted.iter().zip((1..=permitted.len()).rev()) {
            let left = deadline.saturating_duration_since(Instant::now());
            // An address that swallows packets must leave time for the others.
            let share = left / u32::try_from(untried).unwrap_or(u32::MAX);
            if share.is_zero() {
                return Err(EgressError::Timeout);
            }
            match TcpStream::connect_timeout(address, share) {
                Ok(stream) => return Ok(stream),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    last = EgressError::Timeout;
                }
                Err(_) => last = EgressError::Connect,
            }
        }
        Err(last)
    }
}

/// The system's resolver knows no timeout: it runs on a thread that is left behind when it takes too long.
fn resolve(
    names: Names,
    name: String,
    port: u16,
    timeout: Duration,
) -> Result<Vec<SocketAddr>, EgressError> {
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new()
        .name("resolve".to_owned())
        .spawn(move || {
            // Nobody is waiting after the timeout.
            let _ = sender.send(names.look_up(&name, port));
        })
        .map_err(|_| EgressError::Internal)?;
    match receiver.recv_timeout(timeout) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(_)) => Err(EgressError::Unresolvable),
        Err(_) => Err(EgressError::Timeout),
    }
}
