//! A mailbox per test in the test servers' Dovecot, and the bank's side of it: delivery by LMTP.

use crate::{env, wait};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

/// The name on Dovecot's certificate.
pub const HOST: &str = "localhost";

/// A mailbox that no other test sees. It stays until the servers go.
#[derive(Clone, Debug)]
pub struct TestMailbox {
    address: String,
    password: String,
}

impl TestMailbox {
    /// An empty mailbox with an address of its own, known to the server.
    ///
    /// # Panics
    /// If the test servers are not there.
    pub async fn new() -> Self {
        let [mailbox] = Self::some().await;
        mailbox
    }

    /// The same, so many at once: waiting for the server takes as long as for one.
    ///
    /// # Panics
    /// If the test servers are not there.
    pub async fn many(count: usize) -> Vec<Self> {
        let mailboxes: Vec<Self> = (0..count).map(|_| Self::named()).collect();
        Self::make_known(&mailboxes).await;
        mailboxes
    }

    async fn some<const N: usize>() -> [Self; N] {
        let mailboxes = [(); N].map(|()| Self::named());
        Self::make_known(&mailboxes).await;
        mailboxes
    }

    fn named() -> Self {
        Self {
            address: format!("shop-{}@shop.test", Uuid::new_v4().simple()),
            password: Uuid::new_v4().simple().to_string(),
        }
    }

    async fn make_known(mailboxes: &[Self]) {
        let lines: String = mailboxes
            .iter()
            .map(|m| format!("{}:{{PLAIN}}{}\n", m.address, m.password))
            .collect();
        let users = std::fs::OpenOptions::new()
            .append(true)
            .open(env::imap_users());
        // One write: tests append at the same time.
        users
            .and_then(|mut file| file.write_all(lines.as_bytes()))
            .expect("the file of mailboxes");
        // Dovecot looks at the file once a second.
        if let Some(last) = mailboxes.last() {
            wait::until(wait::PATIENCE, async || last.lmtp().await.map(drop)).await;
        }
    }

    /// Its e-mail address, which is also its IMAP user name.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    /// `host:port` of the IMAP server, for a proxy.
    pub fn server() -> String {
        format!("127.0.0.1:{}", env::imaps_port())
    }

    /// Delivers a raw message to INBOX, and returns when the server has it. Bare line feeds become CRLF on the way.
    ///
    /// # Panics
    /// If the server does not take it.
    pub async fn deliver(&self, message: &[u8]) {
        self.deliver_all([message]).await;
    }

    /// Delivers raw messages in this order, over one connection.
    ///
    /// # Panics
    /// If the server does not take one of them.
    pub async fn deliver_all<M: AsRef<[u8]>>(&self, messages: impl IntoIterator<Item = M>) {
        let delivered = async {
            let mut lmtp = self.lmtp().await?;
            for (n, message) in messages.into_iter().enumerate() {
                if n > 0 {
                    lmtp.begin(&self.address).await?;
                }
                lmtp.say(b"DATA\r\n", "354").await?;
                lmtp.say(&stuffed(message.as_ref()), "250").await?;
            }
            Ok::<_, String>(())
        };
        delivered.await.expect("the LMTP server takes it");
    }

    /// Puts raw messages straight into the server's store, in this order: for more of them than it could take one by one. The
    /// mailbox must have been delivered to before.
    ///
    /// # Panics
    /// If the store is not where `scripts/servers` puts it.
    pub fn store<M: AsRef<[u8]>>(&self, messages: impl IntoIterator<Item = M>) {
        let new = self.maildir().join("new");
        for (n, message) in messages.into_iter().enumerate() {
            let name = format!("{}.M{n:06}P1.test", 1_700_000_000 + n);
            std::fs::write(new.join(name), message).expect("a message in the store");
        }
    }

    /// Lets the server forget the numbers of the messages in INBOX: they get new ones under another UIDVALIDITY, also while
    /// somebody reads them.
    ///
    /// # Panics
    /// If the store is not where `scripts/servers` puts it.
    pub fn renumber(&self) {
        let files = std::fs::read_dir(self.maildir()).expect("the store");
        for file in files.map(|f| f.expect("a file").path()) {
            let name = file
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                std::fs::remove_file(file).expect("an index is removed");
            }
        }
    }

    fn maildir(&self) -> PathBuf {
        env::servers_dir().join("dovecot/mail").join(&self.address)
    }

    /// A conversation in which this mailbox is the recipient.
    async fn lmtp(&self) -> Result<Lmtp, String> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, env::lmtp_port())).await;
        let mut lmtp = Lmtp(BufReader::new(stream.map_err(|e| e.to_string())?));
        lmtp.expect("220").await?;
        lmtp.say(b"LHLO test\r\n", "250").await?;
        lmtp.begin(&self.address).await?;
        Ok(lmtp)
    }
}

struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    /// The next message is for `address`.
    async fn begin(&mut self, address: &str) -> Result<(), String> {
        self.say(b"MAIL FROM:<bank@bank.test>\r\n", "250").await?;
        let to = format!("RCPT TO:<{address}>\r\n");
        self.say(to.as_bytes(), "250").await
    }

    async fn say(&mut self, command: &[u8], expected: &str) -> Result<(), String> {
        let said = self.0.write_all(command).await;
        said.map_err(|e| e.to_string())?;
        self.expect(expected).await
    }

    async fn expect(&mut self, code: &str) -> Result<(), String> {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).await;
            read.map_err(|e| e.to_string())?;
            if !line.starts_with(code) {
                return Err(format!("wanted {code}, got {line:?}"));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}

/// With CRLF line ends, leading dots doubled, and the final dot (RFC 5321, 4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 8);
    for line in message.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(bare.strip_suffix(b"\r").unwrap_or(bare));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_reach_the_server_as_the_protocol_wants_them() {
        assert_eq!(stuffed(b"a\n.b\r\nc"), b"a\r\n..b\r\nc\r\n.\r\n");
    }

    #[tokio::test]
    async fn a_new_mailbox_takes_mail_at_once() {
        TestMailbox::new()
            .await
            .deliver(b"Subject: hello\n\nworld\n")
            .await;
    }
}
