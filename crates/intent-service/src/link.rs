//! One payment, two traces: the call that created the intent, and the alert that settled it.

use crate::rows::intent::IntentRow;
use runtime::TraceContext;
use tracing::Span;

/// Links the span that the caller runs in to the trace in which `intent` was created.
pub(crate) fn to_creation(intent: &IntentRow) {
    // A trace that cannot be read is no reason to fail.
    let created: TraceContext = serde_json::from_str(intent.trace.as_str()).unwrap_or_default();
    created.link_from(&Span::current());
}
