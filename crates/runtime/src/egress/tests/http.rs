use std::{
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ::http::{Request, StatusCode};
use hyper::body::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::super::*;
use crate::{Env, Shutdown};

/// A server that answers every connection's first bytes with `answer`, and how often it was asked.
async fn server(answer: impl Into<Vec<u8>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (answer, asked) = (answer.into(), Arc::new(AtomicUsize::new(0)));
    let count = asked.clone();
    Shutdown::new().spawn_background(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(&answer).await;
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
        }
    });
    (address, asked)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn client(change: impl FnOnce(&mut HttpOptions)) -> HttpClient {
    let mut options = HttpOptions::default();
    change(&mut options);
    let egress = Egress::new("127.0.0.0/8".parse().unwrap());
    egress.http(&options).unwrap()
}

fn get(url: impl AsRef<str>) -> Request<Bytes> {
    Request::get(url.as_ref()).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn an_answer_is_read_and_a_redirect_is_not_followed() {
    let (target, asked) = server(answer("200 OK", "x-a: b\r\n", "hello")).await;
    let reply = client(|_| {})
        .send(get(format!("http://{target}/")))
        .await
        .unwrap();
    assert_eq!(
        (reply.status(), &reply.body()[..]),
        (StatusCode::OK, &b"hello"[..])
    );
    assert_eq!(reply.headers()["x-a"], "b");
    let location = format!("location: http://{target}/\r\n");
    let (first, _) = server(answer("302 Found", &location, "")).await;
    let reply = client(|_| {})
        .send(get(format!("http://{first}/")))
        .await
        .unwrap();
    assert_eq!(reply.status(), StatusCode::FOUND);
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "only the direct request came"
    );
}

#[tokio::test]
async fn long_answers_are_cut_or_refused() {
    let (long, _) = server(answer("200 OK", "", &"x".repeat(100_000))).await;
    let url = format!("http://{long}/");
    let cut = client(|o| o.max_body = 10).send(get(&url)).await.unwrap();
    assert_eq!(&cut.body()[..], b"xxxxxxxxxx");
    let refuse = client(|o| (o.max_body, o.excess) = (99_999, Excess::Refuse));
    assert_eq!(
        refuse.send(get(&url)).await.err(),
        Some(EgressError::TooLarge)
    );
    let whole = client(|o| (o.max_body, o.excess) = (100_000, Excess::Refuse));
    assert_eq!(whole.send(get(&url)).await.unwrap().body().len(), 100_000);
}

#[tokio::test]
async fn a_stalled_body_is_cut_where_only_the_status_counts() {
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nbegun";
    let (broken, _) = server(endless).await;
    let url = format!("http://{broken}/");
    let reply = client(|_| {}).send(get(&url)).await.unwrap();
    assert_eq!(
        (reply.status(), &reply.body()[..]),
        (StatusCode::OK, &b"begun"[..])
    );
    let strict = client(|o| o.excess = Excess::Refuse);
    assert_eq!(
        strict.send(get(&url)).await.err(),
        Some(EgressError::Protocol)
    );
}

#[tokio::test]
async fn extra_roots_are_trusted_beside_the_systems() {
    crate::install_crypto();
    let identity = tonic::transport::Identity::from_pem(
        include_str!("../../../testdata/localhost.pem"),
        include_str!("../../../testdata/localhost.key"),
    );
    let incoming =
        tonic::transport::server::TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let port = incoming.local_addr().unwrap().port();
    let mut tls = tonic::transport::Server::builder()
        .tls_config(tonic::transport::ServerTlsConfig::new().identity(identity))
        .unwrap();
    Shutdown::new().spawn_background(async move {
        let routes = tls.add_routes(tonic::service::Routes::default());
        routes.serve_with_incoming(incoming).await.unwrap();
    });
    let url = format!("https://localhost:{port}/");
    let roots = include_bytes!("../../../testdata/ca.pem").to_vec();
    let trusting = client(|o| o.extra_roots = Some(roots.clone()));
    assert!(trusting.send(get(&url)).await.is_ok());
    assert_eq!(
        client(|_| {}).send(get(&url)).await.err(),
        Some(EgressError::Tls)
    );
}

#[tokio::test]
async fn failures_are_told_coarsely() {
    let (silent, _) = server("").await;
    let hasty = client(|o| o.timeout = Duration::from_millis(100));
    let begun = Instant::now();
    let sent = hasty.send(get(format!("http://{silent}/"))).await;
    assert_eq!(sent.err(), Some(EgressError::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(5));

    let (plain, _) = server(answer("200 OK", "", "")).await;
    let client = client(|_| {});
    let sent = client.send(get(format!("https://{plain}/"))).await;
    assert_eq!(sent.err(), Some(EgressError::Tls));
    let (garbage, _) = server("SSH-2.0-OpenSSH\r\n").await;
    let sent = client.send(get(format!("http://{garbage}/"))).await;
    assert_eq!(sent.err(), Some(EgressError::Protocol));

    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let sent = client.send(get(format!("http://{closed}/"))).await;
    assert_eq!(sent.err(), Some(EgressError::Connect));
    // Without any DNS server it takes the time that it was given.
    let sent = client.send(get("https://no-such-host.invalid/")).await;
    assert!(matches!(
        sent.err(),
        Some(EgressError::Unresolvable | EgressError::Timeout)
    ));
}

#[tokio::test]
async fn clear_text_reaches_listed_addresses_only() {
    let (target, asked) = server(answer("200 OK", "", "")).await;
    let nothing_listed = Egress::new(AllowList::default());
    let client = nothing_listed.http(&HttpOptions::default()).unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{}/", target.port());
        assert_eq!(
            client.send(get(url)).await.err(),
            Some(EgressError::Refused)
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_machine_without_certificates_still_starts() {
    const ALONE: &str = "egress::tests::http::a_client_can_be_built";
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", ALONE]);
    child
        .env("SSL_CERT_FILE", "/nowhere")
        .env("SSL_CERT_DIR", "/nowhere");
    assert!(child.status().unwrap().success());
}

#[test]
fn a_client_can_be_built() {
    client(|_| {});
}

const CHILD: &str = "egress::tests::http::the_client_under_proxy_variables";

#[tokio::test]
async fn proxy_variables_are_ignored() {
    let (target, asked) = server(answer("200 OK", "", "direct")).await;
    let (proxy, proxied) = server(answer("200 OK", "", "proxied")).await;
    let proxy = format!("http://{proxy}");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--ignored", "--exact", CHILD])
        .env(
            "NOXPAY_TEST_TARGET",
            format!("http://localhost:{}/", target.port()),
        )
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        child.env(name, &proxy);
    }
    let ended = tokio::task::spawn_blocking(move || child.output()).await;
    let ended = ended.unwrap().unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stdout)
    );
    // One request each: the guard's client came directly, the ordinary one by the proxy.
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(proxied.load(Ordering::SeqCst), 1);
}

#[tokio::test]
#[ignore = "started by the test above, with proxy variables set"]
#[expect(
    clippy::disallowed_methods,
    reason = "an ordinary client shows that the variables work at all"
)]
async fn the_client_under_proxy_variables() {
    let mut env = Env::from_process();
    let Ok(Some(url)) = env.optional::<String>("NOXPAY_TEST_TARGET", "") else {
        return;
    };
    let direct = client(|_| {}).send(get(&url)).await.unwrap();
    assert_eq!(&direct.body()[..], b"direct");
    let ordinary = reqwest::Client::builder().build().unwrap();
    let proxied = ordinary
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(proxied, "proxied");
}
