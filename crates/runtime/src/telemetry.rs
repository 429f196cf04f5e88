//! Logs, traces and metrics of one process.

use std::{io::IsTerminal as _, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::{CommonSettings, LogFormat};

/// The broker's client logs errors at every normal close and whole messages, payers included, when one is returned; bus
/// says itself what went wrong. A later directive of `NOXPAY_LOG` can still ask for it.
const QUIET: &str = "lapin=off";

/// How long the last spans may take to leave at exit.
const FLUSH: Duration = Duration::from_secs(3);

/// From half a millisecond to half a minute: what an index look-up, a commit, a webhook and a slow mailbox take.
const SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// The metrics recorder is a global of the `metrics` crate; its reader stands beside it.
static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the trace exporter cannot be built")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error("the log filter is not usable")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("logging was already set up")]
    AlreadySet(#[from] tracing_subscriber::util::TryInitError),
    #[error("metrics cannot be set up")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// Flushes what was recorded. Held by whoever started the process.
#[must_use]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

/// Sets up logs, traces and metrics for the whole process. Call it once, inside the async runtime, which the exporter
/// needs. Processes without an endpoint still pass trace contexts on.
///
/// # Errors
/// [`TelemetryError`] if a part cannot be built or was set up before.
pub fn init(service: &'static str, common: &CommonSettings) -> Result<Telemetry, TelemetryError> {
    init_metrics()?;
    let provider = tracer_provider(service, common)?;
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let filter = EnvFilter::builder().parse(format!("{QUIET},{}", common.log))?;
    let logs = tracing_subscriber::fmt::layer();
    let logs = match common.log_format {
        LogFormat::Json => logs
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .boxed(),
        LogFormat::Pretty => logs.with_ansi(std::io::stdout().is_terminal()).boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(logs)
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer(service)))
        .try_init()?;
    log_panics();
    Ok(Telemetry { provider })
}

/// A panic is a log line like any other, and counted.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        metrics::counter!("noxpay_panics_total").increment(1);
        let location = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(location, "panic: {message}");
    }));
}

/// Sets up the metrics recorder; again is harmless, so that tests can start services in one process.
///
/// # Errors
/// [`TelemetryError::Metrics`] if another recorder stands already.
pub fn init_metrics() -> Result<(), TelemetryError> {
    if METRICS.get().is_none() {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .install_recorder()?;
        // Two threads cannot both have installed a recorder.
        let _ = METRICS.set(handle);
    }
    Ok(())
}

/// Every metric in Prometheus' text format; empty before [`init`].
#[must_use]
pub fn render_metrics() -> String {
    METRICS
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

/// Folds recorded histogram samples into their buckets; must run now and then, or they pile up.
pub(crate) fn metrics_upkeep() {
    if let Some(handle) = METRICS.get() {
        handle.run_upkeep();
    }
}

fn tracer_provider(
    service: &'static str,
    common: &CommonSettings,
) -> Result<SdkTracerProvider, TelemetryError> {
    let resource = Resource::builder()
        .with_service_name(service)
        .with_attribute(opentelemetry::KeyValue::new(
            "deployment.environment.name",
            common.environment.to_string(),
        ))
        .build();
    let builder = SdkTracerProvider::builder().with_resource(resource);
    let Some(endpoint) = &common.otlp_endpoint else {
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
        return Ok(builder.with_sampler(sampler).build());
    };
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint.to_string())
        .build()?;
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(common.trace_ratio)));
    Ok(builder
        .with_sampler(sampler)
        .with_batch_exporter(exporter)
        .build())
}

impl Telemetry {
    /// Sends what was not sent yet. Blocks for at most three seconds: call it off the async workers.
    pub fn flush(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}
