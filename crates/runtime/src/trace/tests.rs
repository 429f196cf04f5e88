use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn traced<T>(work: impl FnOnce() -> T) -> T {
    let tracer = SdkTracerProvider::builder().build().tracer("test");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work)
}

#[test]
fn a_span_continues_the_trace_that_a_row_carried() {
    let row = BTreeMap::from([
        (TRACEPARENT.to_owned(), PARENT.to_owned()),
        (TRACESTATE.to_owned(), "shop=7".to_owned()),
    ]);
    let next = traced(|| {
        let span = tracing::info_span!("consume", trace_id = tracing::field::Empty);
        TraceContext::from_map(&row).set_parent_of(&span);
        span.in_scope(current)
    });
    let parent = next.traceparent.unwrap();
    assert!(parent.starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    assert!(parent.ends_with("-01"));
    assert!(!parent.contains("b7ad6b7169203331"), "a span of its own");
    assert_eq!(next.tracestate.as_deref(), Some("shop=7"));
}

#[test]
fn every_carrier_gives_back_what_it_was_given() {
    let context = TraceContext {
        traceparent: Some(PARENT.to_owned()),
        tracestate: Some("shop=7".to_owned()),
    };
    let (mut headers, mut metadata) = (HeaderMap::new(), MetadataMap::new());
    context.inject_headers(&mut headers);
    context.inject_metadata(&mut metadata);
    assert_eq!(TraceContext::from_headers(&headers), context);
    assert_eq!(TraceContext::from_metadata(&metadata), context);
    assert_eq!(TraceContext::from_map(&context.to_map()), context);
    let json = serde_json::to_string(&context).unwrap();
    assert_eq!(
        serde_json::from_str::<TraceContext>(&json).unwrap(),
        context
    );
}

#[test]
fn without_a_trace_nothing_is_carried() {
    assert!(current().is_empty());
    assert!(current().to_map().is_empty());
    assert_eq!(current_trace_id(), None);
    assert_eq!(serde_json::to_string(&current()).unwrap(), "{}");
}

#[test]
fn a_malformed_parent_starts_a_trace_of_its_own() {
    for bad in ["", "00-xyz", "nonsense", &"0".repeat(600)] {
        let map = BTreeMap::from([(TRACEPARENT.to_owned(), bad.to_owned())]);
        let id = traced(|| {
            let span = tracing::info_span!("consume");
            TraceContext::from_map(&map).set_parent_of(&span);
            span.in_scope(current_trace_id)
        });
        assert!(id.is_some(), "{bad}");
    }
}
