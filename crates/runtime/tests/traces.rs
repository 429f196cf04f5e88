//! One trace across two processes' worth of work, as a collector receives it.
#![cfg(test)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use runtime::{CommonSettings, Env, Shutdown, TraceContext, telemetry, trace};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tracing::Instrument as _;

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_carries_the_trace_to_the_collector() {
    let collector = Collector::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(TcpListenerStream::new(listener));
    Shutdown::new().spawn_background(async { server.await.unwrap() });

    let values = [
        ("NOXPAY_OTLP_ENDPOINT", endpoint.as_str()),
        ("NOXPAY_LOG_FORMAT", "pretty"),
    ];
    let common = Env::from_map(values)
        .read_with(CommonSettings::read)
        .unwrap();
    let telemetry = telemetry::init("payer", &common).unwrap();

    let row = async { serde_json::to_string(&trace::current()).unwrap() }
        .instrument(tracing::info_span!("commit"))
        .await;
    let context: TraceContext = serde_json::from_str(&row).unwrap();
    let consume = tracing::info_span!("consume");
    context.set_parent_of(&consume);
    consume.in_scope(|| tracing::info!("consumed"));
    drop(consume);

    let flush = tokio::task::spawn_blocking(move || telemetry.flush());
    tokio::time::timeout(Duration::from_secs(10), flush)
        .await
        .unwrap()
        .unwrap();

    let received = collector.0.lock().unwrap();
    let resources: Vec<_> = received.iter().flat_map(|r| &r.resource_spans).collect();
    let spans: Vec<_> = resources
        .iter()
        .flat_map(|r| &r.scope_spans)
        .flat_map(|s| &s.spans)
        .collect();
    let find = |name: &str| *spans.iter().find(|s| s.name == name).unwrap();
    let (commit, consume) = (find("commit"), find("consume"));
    assert_eq!(commit.trace_id, consume.trace_id);
    assert_eq!(commit.span_id, consume.parent_span_id);
    let resource = format!("{:?}", resources[0].resource);
    assert!(resource.contains("\"payer\""), "{resource}");
}
