//! The span that has sent a record, for whoever wants to point at it.

use opentelemetry::trace::{Link, SpanContext, TraceFlags, TraceState};
use opentelemetry::{SpanId, TraceId};
use rdkafka::message::BorrowedMessage;

use super::record_headers;
use crate::propagation::traceparent;

/// The span that sent a message.
///
/// A consumer that *processes* messages gets it from [`Message::producer`](super::Message::producer),
/// and its spans link to it by themselves. The constructors here are for those who only read: a
/// tool that lists a topic starts no span for what it looks at, and what it found out may be
/// linked to later, by [`Producer::send_linked`](super::Producer::send_linked).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerSpan {
    /// Its trace.
    pub trace_id: TraceId,
    /// Itself.
    pub span_id: SpanId,
}

impl ProducerSpan {
    /// Reads a record's headers, in the formats that this process extracts, as a consumer does:
    /// names in any case, and of a repeated header the last. `None` when they name no span.
    #[must_use]
    pub fn of(record: &BorrowedMessage<'_>) -> Option<Self> {
        Self::valid(record_headers::caller(record).span())
    }

    /// Reads a `traceparent` that was kept as a value, for example in a header of another name:
    /// a record can carry one context that goes on and any number of contexts that are only told.
    ///
    /// `None` for what W3C Trace Context, section 3.2, does not accept.
    #[must_use]
    pub fn from_traceparent(value: &[u8]) -> Option<Self> {
        let header = traceparent::parse(value.trim_ascii()).ok()?;
        Some(Self {
            trace_id: TraceId::from_bytes(header.trace_id),
            span_id: SpanId::from_bytes(header.parent_id),
        })
    }

    pub(super) fn valid(span: &SpanContext) -> Option<Self> {
        span.is_valid().then(|| Self {
            trace_id: span.trace_id(),
            span_id: span.span_id(),
        })
    }

    /// A link needs ids and nothing else. Whether that span was sampled is not known any more, so
    /// nothing is claimed.
    pub(super) fn link(self) -> Link {
        let (flags, state) = (TraceFlags::NOT_SAMPLED, TraceState::NONE);
        Link::with_context(SpanContext::new(
            self.trace_id,
            self.span_id,
            flags,
            true,
            state,
        ))
    }
}
