//! A TCP proxy between a service and its server, to break the network on purpose.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A proxy in front of one server. Gone with the value.
///
/// ```no_run
/// # async fn test() {
/// use testkit::proxy::ChaosProxy;
/// let proxy = ChaosProxy::start("127.0.0.1:5672").await;
/// // … a service connects to proxy.address() …
/// proxy.cut(); // every connection breaks; new ones work
/// proxy.stop(); // the server is gone …
/// proxy.heal(); // … and back, at the same address
/// # }
/// ```
pub struct ChaosProxy {
    address: SocketAddr,
    state: Arc<State>,
    tasks: TaskTracker,
}

struct State {
    server: String,
    flow: watch::Sender<Flow>,
    /// Fires for the connections of now; then there is a new one.
    cut: Mutex<CancellationToken>,
    /// How much the server may say on the next connection before it breaks.
    lengths: Mutex<Option<Lengths>>,
    /// How many bytes the server has said.
    answered: AtomicU64,
}

type Lengths = Box<dyn FnMut() -> u64 + Send>;

#[derive(Clone, Copy, Debug)]
struct Flow {
    refusing: bool,
    questions: bool,
    answers: bool,
    latency: Duration,
}

const HEALTHY: Flow = Flow {
    refusing: false,
    questions: true,
    answers: true,
    latency: Duration::ZERO,
};

#[derive(Clone, Copy)]
enum Direction {
    Questions,
    Answers,
}

impl ChaosProxy {
    /// Listens on a free port of 127.0.0.1 for `server` (`host:port`).
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(server: impl Into<String>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("the listener's address");
        let state = Arc::new(State {
            server: server.into(),
            flow: watch::Sender::new(HEALTHY),
            cut: Mutex::default(),
            lengths: Mutex::default(),
            answered: AtomicU64::new(0),
        });
        let tasks = TaskTracker::new();
        tasks.spawn(accept(listener, state.clone(), tasks.clone()));
        Self {
            address,
            state,
            tasks,
        }
    }

    /// Where the service connects instead of to the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection. What was on its way is lost; new connections work.
    pub fn cut(&self) {
        self.state.cut();
    }

    /// From now on each new connection breaks once the server has said so many bytes on it.
    pub fn cut_each_after(&self, lengths: impl FnMut() -> u64 + Send + 'static) {
        let slot = self.state.lengths.lock();
        *slot.unwrap_or_else(PoisonError::into_inner) = Some(Box::new(lengths));
    }

    /// How many bytes the server has said on all connections.
    pub fn answered(&self) -> u64 {
        self.state.answered.load(Ordering::Relaxed)
    }

    /// Lets nothing through in either direction, without a word to either side.
    pub fn pause(&self) {
        self.state.flow.send_modify(|flow| {
            flow.questions = false;
            flow.answers = false;
        });
    }

    /// Lets nothing through from the server: it hears and acts, and its answers are held back.
    pub fn pause_answers(&self) {
        self.state.flow.send_modify(|flow| flow.answers = false);
    }

    /// Lets through again what a pause held back, in order.
    pub fn resume(&self) {
        self.state.flow.send_modify(|flow| {
            flow.questions = true;
            flow.answers = true;
        });
    }

    /// The server is gone: every connection breaks, and new ones are closed at once.
    pub fn stop(&self) {
        self.state.flow.send_modify(|flow| flow.refusing = true);
        self.state.cut();
    }

    /// Everything works again: new connections, both directions, no latency.
    pub fn heal(&self) {
        self.state.flow.send_replace(HEALTHY);
    }

    /// Holds every piece of data back for so long, in each direction.
    pub fn set_latency(&self, latency: Duration) {
        self.state.flow.send_modify(|flow| flow.latency = latency);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.tasks.close();
        self.state.flow.send_modify(|flow| flow.refusing = true);
        self.state.cut();
    }
}

impl State {
    fn cut(&self) {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *cut).cancel();
    }

    /// Fires when the connections of now are cut.
    fn until_cut(&self) -> CancellationToken {
        let cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        cut.clone()
    }

    /// How much the server may say on a new connection.
    fn length(&self) -> u64 {
        let mut lengths = self.lengths.lock().unwrap_or_else(PoisonError::into_inner);
        lengths.as_mut().map_or(u64::MAX, |next| next())
    }

    /// The server said so much.
    fn count(&self, bytes: usize) -> u64 {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.answered.fetch_add(bytes, Ordering::Relaxed);
        bytes
    }

    fn refusing(&self) -> bool {
        self.flow.borrow().refusing
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, tasks: TaskTracker) {
    while !tasks.is_closed() {
        // Cuts wake it too, so that it sees the end.
        let until_cut = state.until_cut();
        let Some(Ok((service, _))) = until_cut.run_until_cancelled(listener.accept()).await else {
            continue;
        };
        // Dropped, it is closed at once.
        if !state.refusing() {
            tasks.spawn(connect(service, state.clone(), until_cut));
        }
    }
}

async fn connect(service: TcpStream, state: Arc<State>, until_cut: CancellationToken) {
    let joined = async {
        let server = TcpStream::connect(&state.server).await?;
        service.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (from_service, to_service) = service.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::try_join!(
            pump(from_service, to_server, &state, Direction::Questions),
            pump(from_server, to_service, &state, Direction::Answers),
        )
    };
    // Both ends are dropped here. The cut comes first: what a pause held back must not slip out with it.
    tokio::select! {
        biased;
        () = until_cut.cancelled() => {}
        _ = joined => {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    direction: Direction,
) -> std::io::Result<()> {
    let mut flow = state.flow.subscribe();
    let mut left = match direction {
        Direction::Questions => u64::MAX,
        Direction::Answers => state.length(),
    };
    let mut data = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut data).await?;
        if matches!(direction, Direction::Answers) {
            left = left.saturating_sub(state.count(length));
            if left == 0 {
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
        }
        let open = |flow: &Flow| match direction {
            Direction::Questions => flow.questions,
            Direction::Answers => flow.answers,
        };
        let latency = match flow.wait_for(open).await {
            Ok(flow) => flow.latency,
            // The proxy is gone.
            Err(_) => return Ok(()),
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&data[..length]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that repeats what it hears.
    async fn echo() -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        TaskTracker::new().spawn(async move {
            let tasks = TaskTracker::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                tasks.spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        address
    }

    async fn say(stream: &mut TcpStream, word: &[u8; 2]) -> std::io::Result<[u8; 2]> {
        stream.write_all(word).await?;
        let mut heard = [0; 2];
        stream.read_exact(&mut heard).await?;
        Ok(heard)
    }

    #[tokio::test]
    async fn a_cut_breaks_connections_and_a_stopped_server_comes_back() {
        let proxy = ChaosProxy::start(echo().await).await;
        let connect = || TcpStream::connect(proxy.address());
        let mut first = connect().await.unwrap();
        assert_eq!(say(&mut first, b"hi").await.unwrap(), *b"hi");
        proxy.cut();
        assert!(say(&mut first, b"hi").await.is_err());
        let mut second = connect().await.unwrap();
        assert_eq!(say(&mut second, b"ho").await.unwrap(), *b"ho");

        proxy.stop();
        assert!(say(&mut second, b"ho").await.is_err());
        let mut refused = connect().await.unwrap();
        assert!(say(&mut refused, b"hi").await.is_err());
        proxy.heal();
        let mut third = connect().await.unwrap();
        assert_eq!(say(&mut third, b"ha").await.unwrap(), *b"ha");
    }

    #[tokio::test]
    async fn each_connection_breaks_after_its_length() {
        let proxy = ChaosProxy::start(echo().await).await;
        let mut lengths = [3, u64::MAX].into_iter();
        proxy.cut_each_after(move || lengths.next().unwrap_or(u64::MAX));
        let mut first = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut first, b"hi").await.unwrap(), *b"hi");
        assert!(say(&mut first, b"ho").await.is_err());
        let mut second = TcpStream::connect(proxy.address()).await.unwrap();
        for _ in 0..3 {
            assert_eq!(say(&mut second, b"hi").await.unwrap(), *b"hi");
        }
        assert_eq!(proxy.answered(), 10);
    }

    #[tokio::test]
    async fn what_a_pause_held_back_arrives_in_order() {
        let proxy = ChaosProxy::start(echo().await).await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut stream, b"hi").await.unwrap(), *b"hi");
        proxy.pause_answers();
        stream.write_all(b"one").await.unwrap();
        let mut heard = [0; 6];
        let early = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut heard));
        assert!(early.await.is_err(), "an answer came through a pause");
        stream.write_all(b"two").await.unwrap();
        proxy.resume();
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"onetwo");
    }
}
