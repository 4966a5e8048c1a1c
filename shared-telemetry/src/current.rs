//! The active span: its ids, and attributes for it.

use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceState};
use opentelemetry::{Context, KeyValue, SpanId, TraceId, Value};

fn with_span_context<T>(read: impl FnOnce(&SpanContext) -> T) -> Option<T> {
    Context::map_current(|context| {
        let span = context.span();
        span.span_context()
            .is_valid()
            .then(|| read(span.span_context()))
    })
}

/// The trace id of the active span, `None` outside of any span.
///
/// Unsampled spans have ids too: an id in a log line or an answer does not promise that the
/// trace was kept, see [`is_sampled`].
#[must_use]
pub fn trace_id() -> Option<TraceId> {
    with_span_context(SpanContext::trace_id)
}

/// The id of the active span, `None` outside of any span.
#[must_use]
pub fn span_id() -> Option<SpanId> {
    with_span_context(SpanContext::span_id)
}

/// True when the active span is sampled: it will be exported by this process, and callees that
/// are `ParentBased` record theirs.
#[must_use]
pub fn is_sampled() -> bool {
    with_span_context(SpanContext::is_sampled).unwrap_or(false)
}

/// Sets an attribute of the active span. Costs almost nothing when nothing is recorded, but
/// `value` is built by the caller: for an expensive one ask [`is_sampled`] first.
pub fn set(key: &'static str, value: impl Into<Value>) {
    Context::map_current(|context| {
        let span = context.span();
        if span.is_recording() {
            span.set_attribute(KeyValue::new(key, value));
        }
    });
}

/// Links the active span to another one, of any trace: to earlier work that explains this one,
/// such as the request whose answer is given once more. Ids that no span can have do nothing.
///
/// A link that is known when the span starts belongs there, where a sampler sees it; boundaries
/// do that. This is for what is only found out on the way.
pub fn link(trace_id: TraceId, span_id: SpanId) {
    // Whether that span was sampled is not known any more: nothing is claimed.
    let (flags, state) = (TraceFlags::NOT_SAMPLED, TraceState::NONE);
    let other = SpanContext::new(trace_id, span_id, flags, true, state);
    if other.is_valid() {
        Context::map_current(|context| context.span().add_link(other, Vec::new()));
    }
}
