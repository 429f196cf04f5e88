//! Another client of the same mailbox: what the merchant's phone would see and do.

use crate::stack::blocking;
use imap::{Client, Session};
use native_tls::{Certificate, TlsConnector, TlsStream};
use std::net::TcpStream;
use testkit::mailbox::HOST;
use testkit::{TestMailbox, env};

fn open(mailbox: &TestMailbox) -> Session<TlsStream<TcpStream>> {
    let ca = Certificate::from_pem(&std::fs::read(env::imap_ca()).unwrap()).unwrap();
    let tls = TlsConnector::builder()
        .add_root_certificate(ca)
        .build()
        .unwrap();
    let tcp = TcpStream::connect(TestMailbox::server()).unwrap();
    let mut client = Client::new(tls.connect(HOST, tcp).unwrap());
    client.read_greeting().unwrap();
    client
        .login(mailbox.address(), mailbox.password())
        .map_err(|(e, _)| e)
        .unwrap()
}

/// The flags of every message in INBOX.
pub(crate) async fn flags(mailbox: &TestMailbox) -> Vec<Vec<String>> {
    let mailbox = mailbox.clone();
    blocking(move || {
        let mut session = open(&mailbox);
        session.examine("INBOX").unwrap();
        let fetched = session.fetch("1:*", "(UID FLAGS)").unwrap();
        fetched
            .iter()
            .map(|f| f.flags().iter().map(ToString::to_string).collect())
            .collect()
    })
    .await
}

/// Puts a message into a folder.
pub(crate) async fn append(mailbox: &TestMailbox, folder: &'static str, message: Vec<u8>) {
    let mailbox = mailbox.clone();
    blocking(move || {
        let mut session = open(&mailbox);
        session.append(folder, &message).finish().unwrap();
    })
    .await;
}

/// Makes `folder` with these messages, anew: its UIDVALIDITY is another one than before.
pub(crate) async fn recreate(mailbox: &TestMailbox, folder: &'static str, messages: Vec<Vec<u8>>) {
    let mailbox = mailbox.clone();
    blocking(move || {
        let mut session = open(&mailbox);
        // It may not be there yet.
        let _ = session.delete(folder);
        session.create(folder).unwrap();
        for message in messages {
            session.append(folder, &message).finish().unwrap();
        }
    })
    .await;
}

/// Puts a message into INBOX as if the server had taken it at `at`.
pub(crate) async fn append_at(mailbox: &TestMailbox, message: Vec<u8>, at: jiff::Timestamp) {
    let mailbox = mailbox.clone();
    blocking(move || {
        let at = at.strftime("%d-%b-%Y %H:%M:%S +0000");
        let text = String::from_utf8(message).unwrap();
        // A literal that waits for no answer (RFC 7888).
        let command = format!("APPEND INBOX \"{at}\" {{{}+}}\r\n{text}", text.len());
        open(&mailbox).run_command_and_check_ok(command).unwrap();
    })
    .await;
}
