use http_body_util::BodyExt as _;

use super::*;

async fn get(path: &str, health: &Health, soft: &CancellationToken) -> (u16, String) {
    let response = answer(&Method::GET, path, health, soft);
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn readyz_follows_the_checks_and_the_shutdown() {
    let (health, soft) = (Health::new(), CancellationToken::new());
    let db = health.required("postgres");
    assert_eq!(get("/readyz", &health, &soft).await.0, 503);
    db.up();
    assert_eq!(
        get("/readyz", &health, &soft).await,
        (
            200,
            r#"{"status":"ready","degraded":[],"failing":[],"reasons":{}}"#.to_owned()
        )
    );
    soft.cancel();
    assert_eq!(
        get("/readyz", &health, &soft).await,
        (
            503,
            r#"{"status":"unready","degraded":[],"failing":["process"],"reasons":{"process":"shutting down"}}"#
                .to_owned()
        )
    );
    assert_eq!(get("/livez", &health, &soft).await.0, 200);
    assert_eq!(get("/secret", &health, &soft).await.0, 404);
}

#[tokio::test]
async fn metrics_are_served_over_the_listener() {
    telemetry::init_metrics().unwrap();
    metrics::counter!("runtime_test_total", "kind" => "x").increment(3);
    metrics::histogram!("runtime_test_seconds").record(0.02);
    let shutdown = Shutdown::new();
    let local = SocketAddr::from(([127, 0, 0, 1], 0));
    let address = serve(local, Health::new(), &shutdown).await.unwrap();
    let text = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
    .await
    .unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert!(text.contains(r#"runtime_test_total{kind="x"} 3"#), "{text}");
    assert!(
        text.contains(r#"runtime_test_seconds_bucket{le="0.025"} 1"#),
        "{text}"
    );
}
