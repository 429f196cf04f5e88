//! The bench's own eye on the mailbox: an IMAP connection in IDLE that notes when the server tells of a message.

use native_tls::{Certificate, TlsConnector};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use testkit::TestMailbox;

/// Longer than any server waits before it tells.
const PATIENCE: Duration = Duration::from_secs(30);

/// When notices came.
pub(crate) struct Notices(Receiver<Instant>);

impl Notices {
    /// Listens on INBOX until dropped.
    ///
    /// # Panics
    /// If the server does not let it.
    pub(crate) fn listen(mailbox: &TestMailbox) -> Self {
        let authority = std::fs::read(testkit::env::imap_ca()).expect("the CA");
        let authority = Certificate::from_pem(&authority).expect("a certificate");
        let tls = TlsConnector::builder()
            .add_root_certificate(authority)
            .build()
            .expect("TLS");
        let tcp = TcpStream::connect(TestMailbox::server()).expect("the IMAP server");
        let stream = tls.connect(testkit::mailbox::HOST, tcp).expect("TLS");
        let mut imap = BufReader::new(stream);
        let (user, password) = (mailbox.address(), mailbox.password());
        expect(&mut imap, "* OK");
        say(&mut imap, &format!("a LOGIN {user} {password}"), "a OK");
        say(&mut imap, "b EXAMINE INBOX", "b OK");
        say(&mut imap, "c IDLE", "+ ");
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while imap.read_line(&mut line).is_ok_and(|read| read > 0) {
                let at = Instant::now();
                if line.contains(" EXISTS") && sender.send(at).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self(receiver)
    }

    /// Forgets what came so far.
    pub(crate) fn clear(&self) {
        while self.0.try_recv().is_ok() {}
    }

    /// When the next notice came.
    pub(crate) fn next(&self) -> Instant {
        match self.0.recv_timeout(PATIENCE) {
            Ok(at) => at,
            Err(RecvTimeoutError::Timeout) => panic!("no notice within {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the IMAP server hung up"),
        }
    }
}

type Imap = BufReader<native_tls::TlsStream<TcpStream>>;

fn say(imap: &mut Imap, command: &str, expected: &str) {
    let line = format!("{command}\r\n");
    imap.get_mut()
        .write_all(line.as_bytes())
        .expect("a command");
    expect(imap, expected);
}

/// Reads up to the line that begins so.
fn expect(imap: &mut Imap, expected: &str) {
    loop {
        let mut line = String::new();
        let read = imap.read_line(&mut line).expect("an answer");
        assert!(read > 0, "the IMAP server hung up before {expected}");
        if line.starts_with(expected) {
            return;
        }
        assert!(
            !line.starts_with(&expected[..2]) || expected.starts_with('*'),
            "{line}"
        );
    }
}
