//! DNS rebinding: a name that has one address when it is checked, and another when it is connected to. Names are asked for at a
//! real name server. 127.0.0.2, which these guards list, stands for a public address that a test can listen on.

use std::{
    net::{IpAddr, SocketAddr, TcpListener as Blocking},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ::http::{Request, Response};
use hyper::body::Bytes;
use reqwest::dns::Resolve as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{super::*, name_server::NameServer};
use crate::Shutdown;

const NAME: &str = "rebind.example.com";
const LISTED: &str = "127.0.0.2";
/// What a name is rebound to: this machine, the operator's networks, a cloud's metadata.
const PRIVATE: [&str; 6] = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
];

/// One port at the address that may be reached, and at the one that must not be.
struct Port {
    number: u16,
    reached: Arc<AtomicUsize>,
    trapped: Arc<AtomicUsize>,
}

impl Port {
    async fn open() -> Self {
        let (good, trap) = pair();
        let number = good.local_addr().unwrap().port();
        Self {
            number,
            reached: serve(good),
            trapped: serve(trap),
        }
    }

    fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    fn trapped(&self) -> usize {
        self.trapped.load(Ordering::SeqCst)
    }
}

/// Of a port that is free at both addresses.
fn pair() -> (TcpListener, TcpListener) {
    let listen = |address: SocketAddr| {
        let listener = Blocking::bind(address)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    let at = |ip: &str, port| SocketAddr::new(ip.parse().unwrap(), port);
    let both = std::iter::repeat_with(|| {
        let good = listen(at(LISTED, 0))?;
        let port = good.local_addr()?.port();
        Ok::<_, std::io::Error>((good, listen(at("127.0.0.1", port))?))
    });
    both.take(50).find_map(Result::ok).unwrap()
}

/// Answers every connection, and counts them.
fn serve(listener: TcpListener) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    Shutdown::new().spawn_background(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
    });
    count
}

async fn get(client: &HttpClient, port: u16) -> Result<Response<Bytes>, EgressError> {
    let request = Request::get(format!("http://{NAME}:{port}/"));
    client.send(request.body(Bytes::new()).unwrap()).await
}

fn client(server: &NameServer) -> HttpClient {
    let options = HttpOptions {
        timeout: Duration::from_secs(10),
        ..HttpOptions::default()
    };
    server.guard(LISTED).http(&options).unwrap()
}

/// The addresses that a connection over TLS would be made to.
async fn permitted(guard: &Egress) -> Result<Vec<IpAddr>, EgressError> {
    let found = guard.resolver(false).resolve(NAME.parse().unwrap()).await;
    match found {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(*error.downcast::<EgressError>().unwrap()),
    }
}

#[tokio::test]
async fn a_name_that_is_rebound_after_the_check_reaches_nothing_private() {
    for private in PRIVATE {
        let rebound: &'static [&'static str] = vec![private].leak();
        let server = NameServer::start(&[&[LISTED], rebound]).await;
        let (port, client) = (Port::open().await, client(&server));
        assert!(get(&client, port.number).await.is_ok());
        // It was asked for once: there is no second answer between the check and the connection.
        assert_eq!((server.questions(), port.reached()), (1, 1));
        for _ in 0..2 {
            let again = get(&client, port.number).await;
            assert_eq!(again.err(), Some(EgressError::Refused), "{private}");
        }
        assert_eq!((port.reached(), port.trapped()), (1, 0), "{private}");
    }
}

#[tokio::test]
async fn a_name_whose_answers_take_turns_reaches_nothing_private() {
    let turns: [&[&str]; 6] = [
        &["127.0.0.1"],
        &[LISTED],
        &["127.0.0.1"],
        &[LISTED],
        &["10.0.0.1"],
        &[LISTED],
    ];
    let server = NameServer::start(&turns).await;
    let (port, client) = (Port::open().await, client(&server));
    for turn in turns {
        let sent = get(&client, port.number).await;
        assert_eq!(sent.is_ok(), turn == [LISTED], "{turn:?}: {sent:?}");
    }
    assert_eq!((port.reached(), port.trapped()), (3, 0));
}

#[tokio::test]
async fn of_several_addresses_in_one_answer_only_those_that_may_be_reached_are_tried() {
    let all: &[&str] = &["127.0.0.1", "10.0.0.1", LISTED, "169.254.169.254"];
    let server = NameServer::start(&[all]).await;
    let (port, client) = (Port::open().await, client(&server));
    for _ in 0..5 {
        assert!(get(&client, port.number).await.is_ok());
    }
    assert_eq!((port.reached(), port.trapped()), (5, 0));

    // Where that one does not answer, none of the others is tried in its place.
    let trapped = {
        let (good, trap) = pair();
        let number = good.local_addr().unwrap().port();
        drop(good);
        let trapped = serve(trap);
        assert_eq!(get(&client, number).await.err(), Some(EgressError::Connect));
        trapped
    };
    assert_eq!(trapped.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_is_another_name_for_this_machine_reaches_nothing() {
    let alias: &[&str] = &["CNAME localhost.", "127.0.0.1", "::1"];
    let longer: &[&str] = &["CNAME a.example.net.", "CNAME localhost.", "127.0.0.1"];
    for turn in [alias, longer] {
        let server = NameServer::start(&[turn]).await;
        let (port, client) = (Port::open().await, client(&server));
        let sent = get(&client, port.number).await;
        assert_eq!(sent.err(), Some(EgressError::Refused), "{turn:?}");
        assert_eq!(port.trapped(), 0);
        let over_tls = permitted(&server.guard("")).await;
        assert_eq!(over_tls, Err(EgressError::Refused), "{turn:?}");
        assert!(server.questions() > 0);
    }
}

#[tokio::test]
async fn a_public_name_that_is_rebound_is_refused_at_its_next_connection() {
    let turns: [&[&str]; 4] = [
        &["8.8.8.8", "2600::1"],
        &["127.0.0.1"],
        &["8.8.4.4", "10.0.0.1", "127.0.0.1"],
        &["169.254.169.254", "192.168.0.1"],
    ];
    let server = NameServer::start(&turns).await;
    let guard = server.guard("");
    let first = permitted(&guard).await.unwrap();
    assert!(first.contains(&"8.8.8.8".parse().unwrap()), "{first:?}");
    assert_eq!(permitted(&guard).await, Err(EgressError::Refused));
    assert_eq!(
        permitted(&guard).await,
        Ok(vec!["8.8.4.4".parse().unwrap()])
    );
    assert_eq!(permitted(&guard).await, Err(EgressError::Refused));
}

#[tokio::test]
async fn private_addresses_of_the_newer_kind_are_refused_as_well() {
    let inside: &[&str] = &[
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
    ];
    let server = NameServer::start(&[inside]).await;
    assert_eq!(
        permitted(&server.guard("")).await,
        Err(EgressError::Refused)
    );
}

#[tokio::test]
async fn a_mailbox_host_that_is_rebound_reaches_nothing_private() {
    let server = NameServer::start(&[&[LISTED], &["127.0.0.1"], &["127.0.0.1", LISTED]]).await;
    let port = Port::open().await;
    let guard = server.guard(LISTED);
    let connect = async || {
        let (guard, port) = (guard.clone(), port.number);
        let connecting = move || guard.connect_tcp(NAME, port, Duration::from_secs(10));
        let connected = tokio::task::spawn_blocking(connecting).await.unwrap();
        connected.map(|stream| stream.peer_addr().unwrap().ip())
    };
    let listed: IpAddr = LISTED.parse().unwrap();
    assert_eq!(connect().await, Ok(listed));
    assert_eq!(server.questions(), 1);
    assert_eq!(connect().await, Err(EgressError::Refused));
    assert_eq!(connect().await, Ok(listed));
    assert_eq!(port.trapped(), 0);
}
