//! Merchants' clients: HTTP/1.1 connections that stay open and ask again as soon as they are answered. They cost as little as
//! they can, because they share the machine with what is measured.

use crate::report::{count, quantile};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What the clients saw.
pub(crate) struct Load {
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Asks over `clients` connections for `time`. `request` makes the bytes of a client's next request from the client's
/// number and its count.
///
/// # Panics
/// With the answer, if it is not 200.
pub(crate) fn run(
    address: SocketAddr,
    clients: usize,
    time: Duration,
    request: impl Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
) -> Load {
    // A thread of its own, away from the runtime that follows the processes.
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut running = JoinSet::new();
            for client in 0..clients {
                let request = request.clone();
                running.spawn(async move {
                    let mut connection = Connection::open(address).await;
                    let (begun, mut times) = (Instant::now(), Vec::new());
                    while begun.elapsed() < time {
                        let asked = Instant::now();
                        connection.ask(&request(client, times.len())).await;
                        times.push(asked.elapsed().as_secs_f64() * 1e3);
                    }
                    times
                });
            }
            running.join_all().await.concat()
        })
    });
    let mut times: Vec<f64> = thread.join().expect("the clients");
    times.sort_by(f64::total_cmp);
    Load {
        per_second: count(times.len()) / time.as_secs_f64(),
        p50: quantile(&times, 0.5),
        p99: quantile(&times, 0.99),
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the gateway");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("a request");
        self.buffer.clear();
        let length = loop {
            let read = self.stream.read_buf(&mut self.buffer).await;
            assert!(read.expect("an answer") > 0, "the gateway hung up");
            if let Some(length) = answer_length(&self.buffer) {
                break length;
            }
        };
        while self.buffer.len() < length {
            let read = self.stream.read_buf(&mut self.buffer).await;
            assert!(read.expect("an answer") > 0, "the gateway hung up");
        }
        assert!(
            self.buffer.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&self.buffer)
        );
    }
}

/// Head and body, once the head has come.
fn answer_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).expect("a head");
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().expect("a length"))
    });
    Some(head + 4 + length.expect("an answer with a length"))
}
