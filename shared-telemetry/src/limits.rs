//! The limit on the length of text values, which the Rust SDK does not apply.

use std::time::Duration;

use opentelemetry::{KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Cuts text values before it hands spans to another exporter: on the export thread, so that a
/// request never pays for it.
#[derive(Debug)]
pub(crate) struct LengthLimited<E> {
    inner: E,
    max_chars: usize,
}

impl<E> LengthLimited<E> {
    pub(crate) fn new(inner: E, max_chars: usize) -> Self {
        Self { inner, max_chars }
    }
}

impl<E: SpanExporter> SpanExporter for LengthLimited<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch
            .iter_mut()
            .for_each(|span| cut_span(span, self.max_chars));
        self.inner.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

fn cut_span(span: &mut SpanData, max_chars: usize) {
    cut_all(&mut span.attributes, max_chars);
    for event in &mut span.events.events {
        cut_all(&mut event.attributes, max_chars);
    }
    for link in &mut span.links.links {
        cut_all(&mut link.attributes, max_chars);
    }
}

fn cut_all(attributes: &mut [KeyValue], max_chars: usize) {
    for attribute in attributes {
        cut_value(&mut attribute.value, max_chars);
    }
}

/// Cuts a text, or each text of a list.
pub(crate) fn cut_value(value: &mut Value, max_chars: usize) {
    match value {
        Value::String(text) => cut(text, max_chars),
        Value::Array(opentelemetry::Array::String(texts)) => {
            texts.iter_mut().for_each(|text| cut(text, max_chars));
        }
        _ => {}
    }
}

fn cut(text: &mut StringValue, max_chars: usize) {
    // A character is a byte at least.
    if text.as_str().len() <= max_chars {
        return;
    }
    let kept = beginning(text.as_str(), max_chars);
    if kept.len() < text.as_str().len() {
        *text = kept.to_owned().into();
    }
}

/// The first `max_chars` characters, never a part of one.
pub(crate) fn beginning(text: &str, max_chars: usize) -> &str {
    // A character is a byte at least.
    if text.len() <= max_chars {
        return text;
    }
    let end = text.char_indices().nth(max_chars);
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters_and_a_short_one_is_kept() {
        let mut attributes = [
            KeyValue::new("long", "äöüß"),
            KeyValue::new("short", "ab"),
            KeyValue::new("n", 12345),
        ];
        cut_all(&mut attributes, 3);
        assert_eq!(attributes[0].value.as_str(), "äöü");
        assert_eq!(attributes[1].value.as_str(), "ab");
        assert_eq!(attributes[2].value, Value::I64(12345));
    }
}
