//! A name server that knows one key, or has lost its mind.

use crate::bank;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

/// Questions for selectors that begin so are never answered.
pub(crate) const SILENT: &str = "never-answers";
const SERVER_FAILURE: u8 = 2;
const NO_SUCH_NAME: u8 = 3;

pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    failing: Arc<AtomicBool>,
    mute: Arc<AtomicBool>,
    records: Arc<Mutex<HashMap<String, String>>>,
    _task: AbortOnDropHandle<()>,
}

impl NameServer {
    /// Answers TXT questions with the banks' test keys.
    pub(crate) async fn start() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let failing = Arc::new(AtomicBool::new(false));
        let mute = Arc::new(AtomicBool::new(false));
        let known = Arc::new(Mutex::new(records()));
        let (fails, muted, records) = (failing.clone(), mute.clone(), known.clone());
        #[expect(clippy::disallowed_methods, reason = "the handle aborts it")]
        let task = tokio::spawn(async move {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                if muted.load(Ordering::Relaxed) || name(&question).0.starts_with(SILENT) {
                    continue;
                }
                let answer = {
                    let records = records.lock().unwrap();
                    answer(&question[..length], &records, fails.load(Ordering::Relaxed))
                };
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self {
            address,
            failing,
            mute,
            records: known,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// From now on this is the record of `name`, or there is none.
    pub(crate) fn publish(&self, name: &str, record: Option<&str>) {
        let mut records = self.records.lock().unwrap();
        match record {
            Some(record) => records.insert(name.to_owned(), record.to_owned()),
            None => records.remove(name),
        };
    }

    /// From now on every question is answered with a failure, or no more.
    pub(crate) fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    /// From now on no question is answered, or every one again.
    pub(crate) fn mute(&self, mute: bool) {
        self.mute.store(mute, Ordering::Relaxed);
    }
}

fn records() -> HashMap<String, String> {
    let pins = bank::pins();
    let pins = pins.as_object().unwrap().iter();
    pins.map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned()))
        .collect()
}

/// RFC 1035, 4.1: header, the question again, at most one answer. Records live for no time, so that nothing is cached.
fn answer(question: &[u8], records: &HashMap<String, String>, failing: bool) -> Vec<u8> {
    let (name, end) = name(question);
    let record = records.get(&name.to_ascii_lowercase());
    let code = match (failing, record) {
        (true, _) => SERVER_FAILURE,
        (false, None) => NO_SUCH_NAME,
        (false, Some(_)) => 0,
    };
    let record = record.filter(|_| !failing);
    let mut out = question[..2].to_vec();
    out.extend_from_slice(&[
        0x85,
        0x80 | code,
        0,
        1,
        0,
        u8::from(record.is_some()),
        0,
        0,
        0,
        0,
    ]);
    out.extend_from_slice(&question[12..end + 4]);
    if let Some(text) = record {
        let strings: Vec<u8> = text
            .as_bytes()
            .chunks(255)
            .flat_map(|chunk| [&[u8::try_from(chunk.len()).unwrap()], chunk].concat())
            .collect();
        out.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0]);
        out.extend_from_slice(&u16::try_from(strings.len()).unwrap().to_be_bytes());
        out.extend_from_slice(&strings);
    }
    out
}

/// The name asked for, and where it ends.
fn name(question: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while question[at] != 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..at + 1 + length]).into_owned());
        at += length + 1;
    }
    (labels.join("."), at + 1)
}
