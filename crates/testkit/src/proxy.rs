//! A TCP proxy between a service and its server, to break the network on purpose.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
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
}

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
        let flow = || state.flow.subscribe();
        tokio::try_join!(
            pump(from_service, to_server, flow(), Direction::Questions),
            pump(from_server, to_service, flow(), Direction::Answers),
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
    mut flow: watch::Receiver<Flow>,
    direction: Direction,
) -> std::io::Result<()> {
    let mut data = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut data).await?;
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
