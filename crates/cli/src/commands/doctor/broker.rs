//! RabbitMQ: a greeting, without logging in.

use super::report::Report;
use secrecy::{ExposeSecret as _, SecretString};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

const SUBJECT: &str = "RabbitMQ";
const PATIENCE: Duration = Duration::from_secs(5);
/// The protocol header of AMQP 0-9-1 (4.2.2).
const HELLO: &[u8; 8] = b"AMQP\x00\x00\x09\x01";
/// The first octet of the server's `Connection.Start`: a method frame.
const METHOD_FRAME: u8 = 1;

pub(super) async fn check(url: Option<&SecretString>, report: &mut Report) {
    let Some(url) = url else {
        let text =
            "not greeted: NOXPAY_BROKER_URL is not set here; the services' readiness tells of it";
        return report.skip(SUBJECT, text);
    };
    let Some((address, tls)) = address(url.expose_secret()) else {
        return report.fail(
            SUBJECT,
            "NOXPAY_BROKER_URL is not amqp[s]://user:password@host[:port]/vhost",
        );
    };
    match timeout(PATIENCE, greet(&address, tls)).await {
        Ok(Ok(true)) => report.ok(SUBJECT, format!("answers at {address}")),
        Ok(Ok(false)) => report.fail(
            SUBJECT,
            format!("what listens at {address} is not RabbitMQ"),
        ),
        Ok(Err(error)) => report.fail(
            SUBJECT,
            format!("cannot be reached at {address} ({error}): is it running?"),
        ),
        Err(_) => report.fail(SUBJECT, format!("{address} took too long")),
    }
}

/// `host:port`, and whether it wants TLS first. The rest of the URL is secret.
fn address(url: &str) -> Option<(String, bool)> {
    let url: Url = url.parse().ok()?;
    let (default, tls) = match url.scheme() {
        "amqp" => (5672, false),
        "amqps" => (5671, true),
        _ => return None,
    };
    let port = url.port().unwrap_or(default);
    Some((format!("{}:{port}", url.host_str()?), tls))
}

async fn greet(address: &str, tls: bool) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    if tls {
        // A TLS server says nothing first; that it accepts must do.
        return Ok(true);
    }
    stream.write_all(HELLO).await?;
    match stream.read_u8().await {
        Ok(first) => Ok(first == METHOD_FRAME),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_out_of_the_url() {
        let of = |url| address(url);
        assert_eq!(
            of("amqp://intent-service:s@broker/%2f"),
            Some(("broker:5672".to_owned(), false))
        );
        assert_eq!(
            of("amqps://u:p@mq.example:99/%2f"),
            Some(("mq.example:99".to_owned(), true))
        );
        assert_eq!(of("http://broker"), None);
    }
}
