//! Delivery of one mail over LMTP (RFC 2033), as the bank's last hop does it.

use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For the whole conversation.
const PATIENCE: Duration = Duration::from_secs(10);
/// A reply line is at most 512 octets (RFC 5321, 4.5.3.1.5); more is no mail server.
const LONGEST_REPLY: usize = 64 * 1024;

/// Why a mail was not delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LmtpError {
    #[error("the mail server at {0} cannot be reached ({1}): is it running? (make status)")]
    Unreachable(String, std::io::Error),
    #[error("the mail server at {0} took too long")]
    Timeout(String),
    #[error("the mail server ended the conversation: {0}")]
    Broken(#[from] std::io::Error),
    #[error("the mail server refused {0}: {1}")]
    Refused(&'static str, String),
}

/// Hands `message` (RFC 5322 with CRLF) over for the mailbox `to`. The server has stored it when this returns.
pub(crate) async fn deliver(
    server: &str,
    from: &str,
    to: &str,
    message: &[u8],
) -> Result<(), LmtpError> {
    let conversation = async {
        let stream = TcpStream::connect(server)
            .await
            .map_err(|error| LmtpError::Unreachable(server.to_owned(), error))?;
        let mut session = Session(BufReader::new(stream));
        session.expect("the connection", "220").await?;
        session.say("LHLO localhost", "250").await?;
        session.say(&format!("MAIL FROM:<{from}>"), "250").await?;
        session.say(&format!("RCPT TO:<{to}>"), "250").await?;
        session.say("DATA", "354").await?;
        session.write(&stuffed(message)).await?;
        session.expect("the mail", "250").await?;
        session.say("QUIT", "221").await
    };
    timeout(PATIENCE, conversation)
        .await
        .unwrap_or_else(|_| Err(LmtpError::Timeout(server.to_owned())))
}

struct Session(BufReader<TcpStream>);

impl Session {
    async fn say(&mut self, command: &str, wanted: &'static str) -> Result<(), LmtpError> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.expect("a command", wanted).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), LmtpError> {
        self.0.get_mut().write_all(bytes).await?;
        Ok(())
    }

    /// Reads one reply, whose last line has a space after its code.
    async fn expect(&mut self, what: &'static str, wanted: &str) -> Result<(), LmtpError> {
        let mut read = 0;
        loop {
            let mut line = String::new();
            let bytes = self.0.read_line(&mut line).await?;
            read += bytes;
            if bytes == 0 || read > LONGEST_REPLY {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
            }
            if !line.starts_with(wanted) {
                return Err(LmtpError::Refused(what, line.trim_end().to_owned()));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}

/// With dots doubled at the beginning of lines, and the end mark (RFC 5321, 4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    #[test]
    fn a_line_with_a_dot_does_not_end_the_mail() {
        assert_eq!(stuffed(b"a\r\n.\r\n.b"), b"a\r\n..\r\n..b\r\n.\r\n");
        assert_eq!(stuffed(b"a\r\n"), b"a\r\n.\r\n");
    }

    /// Says everything at once and listens to nothing.
    async fn server(replies: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio_util::task::TaskTracker::new().spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(replies.as_bytes()).await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        address
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let address =
            server("220 hi\r\n250-a\r\n250 b\r\n250 ok\r\n550 5.1.1 no such user\r\n").await;
        let refused = deliver(&address, "a@bank.test", "b@shop.test", b"x").await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the mail server refused a command: 550 5.1.1 no such user"
        );
    }

    #[tokio::test]
    async fn several_reply_lines_are_one_reply() {
        let address = server(
            "220 hi\r\n250-a\r\n250 b\r\n250 ok\r\n250 ok\r\n354 go\r\n250 stored\r\n221 bye\r\n",
        )
        .await;
        deliver(&address, "a@bank.test", "b@shop.test", b"x\r\n")
            .await
            .unwrap();
    }
}
