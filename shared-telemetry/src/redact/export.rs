//! Spans on their way out, on the export thread.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::{is_on, key_value, values};

/// Redacts what it hands to another exporter. It comes first of all that happen to a span here:
/// a value that a limit has cut is no longer known for what it was.
#[derive(Debug)]
pub(crate) struct Redacted<E>(pub(crate) E);

impl<E: SpanExporter> SpanExporter for Redacted<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        if is_on() {
            batch.iter_mut().for_each(span);
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn span(span: &mut SpanData) {
    values::name(&mut span.name);
    all(&mut span.attributes);
    for event in &mut span.events.events {
        values::name(&mut event.name);
        all(&mut event.attributes);
    }
    for link in &mut span.links.links {
        all(&mut link.attributes);
    }
    if let Status::Error { description } = &mut span.status {
        values::name(description);
    }
}

fn all(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        key_value(attribute);
    }
}
