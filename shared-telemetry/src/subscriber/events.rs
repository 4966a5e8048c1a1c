//! Named `tracing` events become span events.

use std::fmt::Debug;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context as OtelContext, KeyValue};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::filter::is_named;

/// `info!(name: "discount.applied", percent = 10, "discount applied")` adds the event
/// `discount.applied` with attribute `percent` to the active span, be it a business span or a
/// boundary's. The message is for the log line alone.
pub(super) struct EventLayer;

impl<S: Subscriber> Layer<S> for EventLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if !is_named(event.metadata()) {
            return;
        }
        OtelContext::map_current(|context| {
            let span = context.span();
            if span.is_recording() {
                let mut attributes = AttributeVisitor(Vec::new());
                event.record(&mut attributes);
                span.add_event(event.metadata().name(), attributes.0);
            }
        });
    }
}

struct AttributeVisitor(Vec<KeyValue>);

impl Visit for AttributeVisitor {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push(KeyValue::new(field.name(), value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.record_i64(field, value),
            // OpenTelemetry has no unsigned integers.
            Err(_) => self.0.push(KeyValue::new(field.name(), value.to_string())),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push(KeyValue::new(field.name(), value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push(KeyValue::new(field.name(), value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "message" {
            self.0.push(KeyValue::new(field.name(), value.to_owned()));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() != "message" {
            self.0
                .push(KeyValue::new(field.name(), format!("{value:?}")));
        }
    }
}
