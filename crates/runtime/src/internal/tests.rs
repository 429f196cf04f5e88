use std::{convert::Infallible, net::SocketAddr, time::Duration};

use http::Uri;
use secrecy::SecretString;
use tonic::{Code, Request, metadata::MetadataMap, service::Routes};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use uuid::Uuid;

use super::*;
use crate::{Environment, Shutdown, listen::ListenError, shutdown::Ending};

const CALLERS: Callers = &[
    ("api-gateway", &["grpc.health.v1.Health/Check"]),
    ("webhook-dispatcher", &["grpc.health.v1.Health/Watch"]),
];
const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn settings(token: &str, tls: bool) -> InternalSettings {
    let tls = tls.then(|| {
        GrpcTls::new(
            include_str!("../../testdata/localhost.pem").to_owned(),
            SecretString::from(include_str!("../../testdata/localhost.key")),
            include_str!("../../testdata/ca.pem").to_owned(),
        )
    });
    InternalSettings {
        tls,
        ..InternalSettings::plain(token)
    }
}

fn start(settings: &InternalSettings, shutdown: &Shutdown) -> SocketAddr {
    let (_, health) = tonic_health::server::health_reporter();
    let routes = Routes::new(health);
    serve(
        LOCAL,
        routes,
        CALLERS,
        settings,
        Environment::Production,
        shutdown,
    )
    .unwrap()
}

async fn check(
    uri: &str,
    settings: &InternalSettings,
    caller: &'static str,
) -> Result<(), tonic::Status> {
    let uri: Uri = uri.parse().unwrap();
    let mut client = HealthClient::new(channel(&uri, settings, caller).unwrap());
    let request = CallContext::system("r1").request(HealthCheckRequest::default());
    client.check(request).await.map(drop)
}

#[tokio::test]
async fn only_known_callers_reach_the_methods_that_they_may_use() {
    let shutdown = Shutdown::new();
    let good = settings("a token of this installation", false);
    let uri = format!("http://{}", start(&good, &shutdown));
    assert!(check(&uri, &good, "api-gateway").await.is_ok());
    for (token, caller, code) in [
        ("another token", "api-gateway", Code::Unauthenticated),
        ("", "api-gateway", Code::Unauthenticated),
        (
            "a token of this installation",
            "webhook-dispatcher",
            Code::PermissionDenied,
        ),
        (
            "a token of this installation",
            "chain-watcher",
            Code::PermissionDenied,
        ),
    ] {
        let refused = check(&uri, &settings(token, false), caller)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), code, "{token:?} {caller}");
    }
    // Without any of our metadata.
    let bare = tonic::transport::Endpoint::from_shared(uri).unwrap();
    let mut bare = HealthClient::new(bare.connect_lazy());
    let refused = bare.check(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    shutdown.begin();
    drop(bare);
    assert_eq!(
        shutdown.finished(Duration::from_secs(10)).await,
        Ending::Drained
    );
}

#[tokio::test]
async fn mtls_needs_a_certificate_on_both_ends() {
    let shutdown = Shutdown::new();
    let tls = settings("a token", true);
    let address = start(&tls, &shutdown);
    let uri = format!("https://localhost:{}", address.port());
    check(&uri, &tls, "api-gateway").await.unwrap();
    let plain = settings("a token", false);
    let plain_uri = format!("http://{address}");
    let refused = check(&plain_uri, &plain, "api-gateway").await.unwrap_err();
    assert_ne!(
        refused.code(),
        Code::Unauthenticated,
        "it got as far as the guard: {refused}"
    );
    // The right authority, but no certificate of one's own.
    let roots = tonic::transport::ClientTlsConfig::new()
        .ca_certificate(tls.tls.as_ref().unwrap().authority());
    let half = tonic::transport::Endpoint::from_shared(uri).unwrap();
    let half = half.tls_config(roots).unwrap().connect_lazy();
    let answer = HealthClient::new(half)
        .check(HealthCheckRequest::default())
        .await;
    let refused = answer.unwrap_err();
    assert_ne!(
        refused.code(),
        Code::Unauthenticated,
        "it got as far as the guard: {refused}"
    );
}

#[tokio::test]
async fn grpc_refuses_a_plain_public_bind() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    for (environment, tls, why) in [
        (
            Environment::Production,
            false,
            ListenError::PlainInternalBeyondLoopback,
        ),
        (
            Environment::Development,
            false,
            ListenError::DevelopmentBeyondLoopback,
        ),
        (
            Environment::Development,
            true,
            ListenError::DevelopmentBeyondLoopback,
        ),
    ] {
        let served = serve(
            everywhere,
            Routes::default(),
            CALLERS,
            &settings("t", tls),
            environment,
            &Shutdown::new(),
        );
        assert!(matches!(served, Err(ServeError::Refused(refusal)) if refusal == why));
    }
    let shutdown = Shutdown::new();
    let mtls = settings("t", true);
    assert!(
        serve(
            everywhere,
            Routes::default(),
            CALLERS,
            &mtls,
            Environment::Production,
            &shutdown
        )
        .is_ok()
    );
}

#[test]
fn a_call_context_survives_the_wire() {
    let context = CallContext {
        merchant: Some(Uuid::from_u128(7)),
        live: Some(false),
        actor: "key:7".to_owned(),
        request_id: "r-1".to_owned(),
    };
    let request = context.request(());
    assert_eq!(
        CallContext::from_metadata(request.metadata()).unwrap(),
        context
    );
    assert_eq!(context.tenant().unwrap(), (Uuid::from_u128(7), false));
    let nobody = CallContext::system("r");
    let request = nobody.request(());
    assert_eq!(
        CallContext::from_metadata(request.metadata()).unwrap(),
        nobody
    );
    assert_eq!(nobody.tenant().unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(
        CallContext::of(&Request::new(())).unwrap_err().code(),
        Code::Internal
    );
}

#[test]
fn a_malformed_context_is_an_error_and_odd_text_is_made_harmless() {
    for (key, value) in [
        (keys::MERCHANT, "7"),
        (keys::LIVE, "yes"),
        (keys::LIVE, "TRUE"),
    ] {
        let mut metadata = MetadataMap::new();
        metadata.insert(key, value.parse().unwrap());
        let error = CallContext::from_metadata(&metadata).unwrap_err();
        assert!(error.message().starts_with(key), "{error}");
    }
    let odd = CallContext {
        actor: format!("a\u{1b}[31m\r\nx: y é {}", "z".repeat(500)),
        ..CallContext::system("")
    };
    let read = CallContext::from_metadata(odd.request(()).metadata()).unwrap();
    assert!(
        read.actor.starts_with("a?[31m??x:?y???zzz"),
        "{}",
        read.actor
    );
    assert_eq!(read.actor.len(), 128);
}

#[tokio::test]
async fn a_server_stops_listening_when_the_soft_token_fires() {
    let shutdown = Shutdown::new();
    let settings = settings("t", false);
    let address = start(&settings, &shutdown);
    let uri: Uri = format!("http://{address}").parse().unwrap();
    // A peer's idle connection does not hold the drain up.
    let mut peer = HealthClient::new(channel(&uri, &settings, "api-gateway").unwrap());
    peer.check(HealthCheckRequest::default()).await.unwrap();
    shutdown.spawn("other", {
        let soft = shutdown.soft.clone();
        async move {
            soft.cancelled().await;
            Ok::<_, Infallible>(())
        }
    });
    assert!(tokio::net::TcpStream::connect(address).await.is_ok());
    shutdown.begin();
    assert_eq!(
        shutdown.finished(Duration::from_secs(10)).await,
        Ending::Drained
    );
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    drop(peer);
}
