//! One value for each attribute, the last one, which the Rust SDK leaves to others.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// By the specification, setting an attribute again overwrites its value, and OTLP forbids a key
/// to come twice. The SDK appends. So the earlier values are taken out here, on the way to
/// another exporter: on the export thread, so that a request never pays for it.
///
/// Source: OpenTelemetry specification, "Set Attributes"; OTLP, `Span.attributes`.
#[derive(Debug)]
pub(crate) struct Distinct<E> {
    inner: E,
}

impl<E> Distinct<E> {
    pub(crate) fn new(inner: E) -> Self {
        Self { inner }
    }
}

impl<E: SpanExporter> SpanExporter for Distinct<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            keep_last(&mut span.attributes);
        }
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

/// A span has few attributes, 128 at most by default: comparing them beats a set.
pub(crate) fn keep_last(attributes: &mut Vec<KeyValue>) {
    if !repeats(attributes) {
        return;
    }
    for index in (0..attributes.len()).rev() {
        let key = &attributes[index].key;
        if attributes[index + 1..]
            .iter()
            .any(|later| later.key == *key)
        {
            attributes.remove(index);
        }
    }
}

/// Nearly always all keys differ. So each gets one of 64 bits, by its length and its last letters,
/// which differ more than the first ones; only keys with the same bit are compared.
fn repeats(attributes: &[KeyValue]) -> bool {
    let mut met = 0_u64;
    attributes.iter().enumerate().any(|(at, attribute)| {
        let key = attribute.key.as_str().as_bytes();
        let end = key
            .last_chunk::<4>()
            .map_or(0, |end| u32::from_le_bytes(*end));
        let len = u32::try_from(key.len()).unwrap_or(u32::MAX);
        // Fibonacci hashing, of which the upper six bits are the number of the bit.
        let bit = 1 << ((end ^ len).wrapping_mul(0x9e37_79b9) >> 26);
        let is_new = met & bit == 0;
        met |= bit;
        !is_new
            && attributes[..at]
                .iter()
                .any(|other| other.key == attribute.key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_is_kept_and_the_others_keep_their_order() {
        let mut attributes = vec![
            KeyValue::new("step", "quote"),
            KeyValue::new("a", 1),
            KeyValue::new("step", "fraud"),
            KeyValue::new("step", "publish"),
            KeyValue::new("b", 2),
        ];
        keep_last(&mut attributes);
        assert_eq!(
            attributes,
            [
                KeyValue::new("a", 1),
                KeyValue::new("step", "publish"),
                KeyValue::new("b", 2)
            ]
        );
    }
}
