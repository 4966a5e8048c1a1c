//! The one global filter: levels, targets, and the sampling decision.

use std::sync::Arc;

use opentelemetry::Context as OtelContext;
use opentelemetry::trace::TraceContextExt;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::filter::{LogFilter, is_named};

/// Closed for the spans of an unsampled request, so that they cost next to nothing: without the
/// gate each one is made, given ids and attributes, and thrown away by the sampler.
///
/// Log lines pass: they carry the ids of the boundary's span.
pub(super) struct Gate {
    filter: Arc<LogFilter>,
    traced: bool,
}

impl Gate {
    pub(super) fn new(filter: Arc<LogFilter>, traced: bool) -> Self {
        Self { filter, traced }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() {
            self.traced && self.filter.spans(metadata)
        } else {
            self.filter.logs(metadata) || (is_named(metadata) && self.filter.spans(metadata))
        }
    }
}

impl<S: Subscriber> Layer<S> for Gate {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match (self.wants(metadata), metadata.is_span()) {
            (false, _) => Interest::never(),
            // Asked again each time: the answer is the request's, not the callsite's.
            (true, true) => Interest::sometimes(),
            (true, false) => Interest::always(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // The request is asked first: in an unsampled one its answer is all that a span costs.
        let possible = !metadata.is_span() || OtelContext::map_current(may_record);
        possible && self.wants(metadata)
    }

    /// Nothing that happens while telemetry is exported becomes telemetry.
    fn event_enabled(&self, _: &Event<'_>, _: Context<'_, S>) -> bool {
        !OtelContext::is_current_telemetry_suppressed()
    }
}

/// False inside a span that was decided against, and on the way of an export. Outside of any span
/// a new root may begin, and the sampler is asked.
fn may_record(context: &OtelContext) -> bool {
    if context.is_telemetry_suppressed() {
        return false;
    }
    if !context.has_active_span() {
        return true;
    }
    let span = context.span();
    let span = span.span_context();
    !span.is_valid() || span.is_sampled()
}
