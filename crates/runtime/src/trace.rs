//! The W3C trace context, carried across HTTP, gRPC, outbox rows, the broker and webhooks.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde::{Deserialize, Serialize};
use tonic::metadata::MetadataMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

#[cfg(test)]
mod tests;

/// `traceparent`: trace id, span id and whether the trace is recorded.
pub const TRACEPARENT: &str = "traceparent";
/// `tracestate`: what other tracing systems want carried along.
pub const TRACESTATE: &str = "tracestate";

/// Longer values are not carried: <https://www.w3.org/TR/trace-context/#tracestate-limits> asks for at least 512.
const LONGEST: usize = 512;

/// Where a piece of work stands in its trace, in the form that rows and headers carry. Empty when there is no trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceContext {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<String>,
}

/// The context of the span that the caller runs in.
#[must_use]
pub fn current() -> TraceContext {
    TraceContext::of(&Span::current())
}

/// The trace id of the caller's span as 32 hex digits, for answers and logs.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    trace_id(&Span::current())
}

fn trace_id(span: &Span) -> Option<String> {
    let context = span.context();
    let span_context = context.span().span_context().clone();
    span_context
        .is_valid()
        .then(|| span_context.trace_id().to_string())
}

impl TraceContext {
    #[must_use]
    pub fn of(span: &Span) -> Self {
        let mut carrier = Self::default();
        TraceContextPropagator::new().inject_context(&span.context(), &mut carrier);
        carrier
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.traceparent.is_none()
    }

    /// Makes `span` a child of this context. Call it before the span is first entered; without a trace it does nothing.
    /// The span's field `trace_id`, if it was declared, is filled in.
    pub fn set_parent_of(&self, span: &Span) {
        let remote = TraceContextPropagator::new().extract_with_context(&Context::new(), self);
        if remote.span().span_context().is_valid() {
            // Without a tracing layer, or for a span that is filtered out, there is nothing to set.
            let _ = span.set_parent(remote);
        }
        if let Some(id) = trace_id(span) {
            span.record("trace_id", id);
        }
    }

    /// Links `span` to this context: another trace that it belongs to as well. Without a trace it does nothing.
    pub fn link_from(&self, span: &Span) {
        let remote = TraceContextPropagator::new().extract_with_context(&Context::new(), self);
        let context = remote.span().span_context().clone();
        if context.is_valid() {
            span.add_link(context);
        }
    }

    /// From any carrier, given a look-up by lower-case header name.
    pub fn extract<'a>(look_up: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let get = |name| {
            look_up(name)
                .filter(|v| !v.is_empty() && v.len() <= LONGEST)
                .map(str::to_owned)
        };
        let traceparent = get(TRACEPARENT);
        let tracestate = traceparent.as_ref().and_then(|_| get(TRACESTATE));
        Self {
            traceparent,
            tracestate,
        }
    }

    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self::extract(|name| headers.get(name)?.to_str().ok())
    }

    #[must_use]
    pub fn from_metadata(metadata: &MetadataMap) -> Self {
        Self::extract(|name| metadata.get(name)?.to_str().ok())
    }

    #[must_use]
    pub fn from_map(map: &BTreeMap<String, String>) -> Self {
        Self::extract(|name| map.get(name).map(String::as_str))
    }

    pub fn inject_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in self.pairs() {
            // What an injector wrote or an extractor let through may still be no header value: then it is not carried.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    pub fn inject_metadata(&self, metadata: &mut MetadataMap) {
        for (name, value) in self.pairs() {
            if let Ok(value) = value.parse() {
                metadata.insert(name, value);
            }
        }
    }

    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        self.pairs().map(owned).collect()
    }

    /// Header names and values, for carriers that have no function of their own here.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let parent = self.traceparent.as_deref().map(|v| (TRACEPARENT, v));
        let state = self.tracestate.as_deref().map(|v| (TRACESTATE, v));
        parent.into_iter().chain(state)
    }
}

impl Injector for TraceContext {
    fn set(&mut self, key: &str, value: String) {
        match key {
            TRACEPARENT => self.traceparent = Some(value),
            TRACESTATE if !value.is_empty() => self.tracestate = Some(value),
            _ => {}
        }
    }
}

impl Extractor for TraceContext {
    fn get(&self, key: &str) -> Option<&str> {
        self.pairs()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    fn keys(&self) -> Vec<&str> {
        self.pairs().map(|(name, _)| name).collect()
    }
}
