//! The active context as a value, and callers from elsewhere.

use std::str::FromStr as _;

use opentelemetry::trace::{FutureExt, SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

/// What is active at one moment: what a boundary is to hand over, and what came out behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    /// [`TraceId::INVALID`] outside of any span.
    pub trace_id: TraceId,
    /// [`SpanId::INVALID`] outside of any span.
    pub span_id: SpanId,
    /// The sampled flag.
    pub sampled: bool,
    /// The `tracestate` header that a callee would get.
    pub trace_state: String,
}

impl Active {
    /// What is active here and now.
    #[must_use]
    pub fn here() -> Self {
        Context::map_current(|context| {
            let span = context.span();
            let span = span.span_context();
            Self {
                trace_id: span.trace_id(),
                span_id: span.span_id(),
                sampled: span.is_sampled(),
                trace_state: span.trace_state().header(),
            }
        })
    }

    /// A span of another process, with ids that nobody else has.
    #[must_use]
    pub fn elsewhere(sampled: bool, trace_state: &str) -> Self {
        let (trace, span) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        let mut span_id = [0; 8];
        span_id.copy_from_slice(&span.as_bytes()[..8]);
        Self {
            trace_id: TraceId::from_bytes(trace.into_bytes()),
            span_id: SpanId::from_bytes(span_id),
            sampled,
            trace_state: trace_state.to_owned(),
        }
    }

    /// Runs `work` as if this span had called this process. What is active around it, baggage
    /// for one, stays.
    ///
    /// # Panics
    /// When `trace_state` is no `tracestate`.
    pub async fn calls<F: Future>(&self, work: F) -> F::Output {
        let state = TraceState::from_str(&self.trace_state).expect("a legal tracestate");
        let flags = TraceFlags::default().with_sampled(self.sampled);
        let span = SpanContext::new(self.trace_id, self.span_id, flags, true, state);
        let context = Context::map_current(|context| context.with_remote_span_context(span));
        work.with_context(context).await
    }

    /// The `traceparent` header of a call by this span.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let flags = u8::from(self.sampled);
        format!("00-{}-{}-{flags:02x}", self.trace_id, self.span_id)
    }
}
