//! `tracing` spans become OpenTelemetry spans.

use std::any::TypeId;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::tracer::Tracer;

/// [`OpenTelemetryLayer`] without its events.
///
/// It would copy every log line onto the span, `debug!` of libraries included. Which event
/// belongs on a span is the author's choice here, see [`super::events`].
pub(super) struct SpanLayer<S>(OpenTelemetryLayer<S, Tracer>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> SpanLayer<S> {
    pub(super) fn new(tracer: Tracer) -> Self {
        let layer = OpenTelemetryLayer::new(tracer)
            // Attributes that cost on each span and tell little.
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false);
        Self(layer)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanLayer<S> {
    fn on_layer(&mut self, subscriber: &mut S) {
        self.0.on_layer(subscriber);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.register_callsite(metadata)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        self.0.on_new_span(attributes, id, ctx);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        self.0.on_record(id, values, ctx);
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, ctx: Context<'_, S>) {
        self.0.on_follows_from(id, follows, ctx);
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        self.0.on_enter(id, ctx);
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        self.0.on_exit(id, ctx);
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        self.0.on_close(id, ctx);
    }

    // SAFETY: what the inner layer answers stays valid as long as this layer, which owns it.
    // Without this, `tracing_opentelemetry::OpenTelemetrySpanExt` would find no layer.
    #[allow(unsafe_code)]
    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if id == TypeId::of::<Self>() {
            return Some(std::ptr::from_ref(self).cast());
        }
        unsafe { self.0.downcast_raw(id) }
    }
}
