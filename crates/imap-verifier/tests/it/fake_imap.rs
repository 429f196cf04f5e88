//! A mail server that lies: it announces a mail of 4 GB, and sends as much of it as anybody takes. Or it refuses every password.

use native_tls::{Identity, TlsAcceptor, TlsStream};
use std::io::{BufRead as _, BufReader, Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::env;

/// RFC 3501 has no larger number.
const ANNOUNCED: u32 = u32::MAX;

pub(crate) struct FakeImap {
    pub(crate) port: u16,
    /// How many bytes of bodies it could send, to the kernel's buffers at least.
    pub(crate) sent: Arc<AtomicU64>,
    /// How often a body was asked for.
    pub(crate) asked: Arc<AtomicU64>,
    /// How often somebody tried to log in.
    pub(crate) logins: Arc<AtomicU64>,
}

/// What one of its connections does.
#[derive(Clone)]
struct Play {
    from: &'static str,
    refuses: bool,
    sent: Arc<AtomicU64>,
    asked: Arc<AtomicU64>,
    logins: Arc<AtomicU64>,
}

impl FakeImap {
    /// Serves until the process ends, on threads of its own. `from` is the sender of its only mail.
    pub(crate) fn start(from: &'static str) -> Self {
        Self::playing(from, false)
    }

    /// The same, but nobody's password is right.
    pub(crate) fn refusing() -> Self {
        Self::playing("nobody@example.org", true)
    }

    fn playing(from: &'static str, refuses: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fake = Self {
            port: listener.local_addr().unwrap().port(),
            sent: Arc::default(),
            asked: Arc::default(),
            logins: Arc::default(),
        };
        let play = Play {
            from,
            refuses,
            sent: fake.sent.clone(),
            asked: fake.asked.clone(),
            logins: fake.logins.clone(),
        };
        let acceptor = acceptor();
        std::thread::spawn(move || {
            for tcp in listener.incoming().flatten() {
                let (play, acceptor) = (play.clone(), acceptor.clone());
                std::thread::spawn(move || {
                    if let Ok(tls) = acceptor.accept(tcp) {
                        // It ends when the reader has enough.
                        let _ = serve(tls, &play);
                    }
                });
            }
        });
        fake
    }
}

/// The certificate of the test servers' Dovecot.
fn acceptor() -> TlsAcceptor {
    let tls = env::servers_dir().join("dovecot/tls");
    let read = |name: &str| std::fs::read(tls.join(name)).unwrap();
    let identity = Identity::from_pkcs8(&read("server.pem"), &read("server.key")).unwrap();
    TlsAcceptor::new(identity).unwrap()
}

fn serve(tls: TlsStream<TcpStream>, play: &Play) -> Result<()> {
    let (from, sent, asked) = (play.from, &play.sent, &play.asked);
    let mut wire = BufReader::new(tls);
    wire.get_mut().write_all(b"* OK ready\r\n")?;
    loop {
        let mut line = String::new();
        if wire.by_ref().take(4096).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
        if command.starts_with("LOGIN") {
            play.logins.fetch_add(1, Ordering::SeqCst);
            if play.refuses {
                let answer = format!("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n");
                wire.get_mut().write_all(answer.as_bytes())?;
                continue;
            }
        }
        let data = match command {
            c if c.starts_with("CAPABILITY") => "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned(),
            c if c.starts_with("LIST") => "* LIST () \"/\" INBOX\r\n".to_owned(),
            c if c.starts_with("EXAMINE") => {
                "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] numbers\r\n".to_owned()
            }
            c if c.starts_with("UID SEARCH") => "* SEARCH 1\r\n".to_owned(),
            c if c.contains("HEADER") => {
                let header = format!("From: <{from}>\r\n\r\n");
                format!(
                    "* 1 FETCH (UID 1 RFC822.SIZE 2000 INTERNALDATE \"21-Nov-2026 10:00:00 +0000\" \
                     BODY[HEADER.FIELDS (FROM)]<0> {{{}}}\r\n{header})\r\n",
                    header.len()
                )
            }
            c if c.contains("BODY.PEEK[]") => {
                asked.fetch_add(1, Ordering::SeqCst);
                let announced = format!("* 1 FETCH (UID 1 BODY[] {{{ANNOUNCED}}}\r\n");
                wire.get_mut().write_all(announced.as_bytes())?;
                let piece = vec![b'x'; 64 * 1024];
                loop {
                    wire.get_mut().write_all(&piece)?;
                    sent.fetch_add(64 * 1024, Ordering::SeqCst);
                }
            }
            _ => String::new(),
        };
        let answer = format!("{data}{tag} OK done\r\n");
        wire.get_mut().write_all(answer.as_bytes())?;
    }
}
