//! A merchant's listener that costs as little as it can: it shares the machine with what is measured.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const INTENT: &str = "\"intent_id\":\"";

#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    count: Arc<AtomicU64>,
    /// Intent and arrival.
    arrivals: Arc<Mutex<Vec<(String, Instant)>>>,
}

impl Sink {
    /// On a thread of its own.
    pub(crate) fn listen() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let sink = Self {
            address: listener.local_addr().expect("its address"),
            count: Arc::default(),
            arrivals: Arc::default(),
        };
        let serving = sink.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                let tasks = tokio_util::task::TaskTracker::new();
                while let Ok((stream, _)) = listener.accept().await {
                    tasks.spawn(serving.clone().serve(stream));
                }
            });
        });
        sink
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn forget(&self) {
        self.count.store(0, Ordering::Relaxed);
        self.lock().clear();
    }

    pub(crate) fn arrivals(&self) -> Vec<(String, Instant)> {
        self.lock().clone()
    }

    /// Arrivals a second, from the first to the last.
    pub(crate) fn rate(&self) -> f64 {
        let arrivals = self.lock();
        let (Some((_, first)), Some((_, last))) = (arrivals.first(), arrivals.last()) else {
            return f64::NAN;
        };
        crate::report::count(arrivals.len()) / last.duration_since(*first).as_secs_f64()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, Instant)>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = Vec::with_capacity(16 * 1024);
        loop {
            let Some((head, length)) = whole(&buffer) else {
                match stream.read_buf(&mut buffer).await {
                    Ok(read) if read > 0 => continue,
                    _ => return,
                }
            };
            let body = String::from_utf8_lossy(&buffer[head..head + length]);
            let intent = body.split_once(INTENT).and_then(|(_, rest)| rest.get(..36));
            let intent = intent.unwrap_or_default().to_owned();
            self.lock().push((intent, Instant::now()));
            self.count.fetch_add(1, Ordering::Relaxed);
            buffer.drain(..head + length);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}

/// Where the body begins and how long it is, once it is all there.
fn whole(buffer: &[u8]) -> Option<(usize, usize)> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    })?;
    (buffer.len() >= head + length).then_some((head, length))
}
