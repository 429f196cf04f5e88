//! One payment, two traces: the call that created the intent, and the alert that settled it.

use crate::rows::intent::IntentRow;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use runtime::TraceContext;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Links the span that the caller runs in to the trace in which `intent` was created.
pub(crate) fn to_creation(intent: &IntentRow) {
    // A trace that cannot be read is no reason to fail.
    let created: TraceContext = serde_json::from_str(intent.trace.as_str()).unwrap_or_default();
    let context = TraceContextPropagator::new()
        .extract_with_context(&opentelemetry::Context::new(), &created);
    let span_context = context.span().span_context().clone();
    if span_context.is_valid() {
        Span::current().add_link(span_context);
    }
}
