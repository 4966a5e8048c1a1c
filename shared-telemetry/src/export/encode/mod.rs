//! Spans as OTLP, written straight from what the SDK holds.
//!
//! The usual way makes a tree of messages first, each text a copy of its own, counts the bytes of
//! the whole tree, and then writes it. Here a span is written where it will be sent from, and no
//! text is copied on the way. What is the same for all spans, the Resource, is written once, and
//! what is the same for most, an attribute, is copied as it was written before ([`known`]).
//!
//! Redaction, limits and one value for each key come before a field is written, in the order in
//! which [`Sender`](super::send::Sender) puts them around the stock exporter.
//!
//! Source: opentelemetry-proto, `trace.proto`, `common.proto`, `resource.proto`.

mod known;
mod span;
mod value;
mod wire;

use std::sync::{Mutex, PoisonError};

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use known::Known;
use span::Writer;

/// Of `ExportTraceServiceRequest`.
const RESOURCE_SPANS: u8 = wire::message_tag(1);
/// Of `ResourceSpans` and of `ScopeSpans`: whom the spans are from, the spans, the schema.
const SOURCE: u8 = wire::message_tag(1);
const SPANS: u8 = wire::message_tag(2);
const SCHEMA_URL: u8 = wire::message_tag(3);
/// Of `Resource`.
const RESOURCE_ATTRIBUTES: u8 = wire::message_tag(1);
/// Of `InstrumentationScope`.
const SCOPE_NAME: u8 = wire::message_tag(1);
const SCOPE_VERSION: u8 = wire::message_tag(2);
const SCOPE_ATTRIBUTES: u8 = wire::message_tag(3);

/// Most spans of the shop are smaller, so that a batch seldom moves while it grows.
const SPAN_BYTES: usize = 384;

/// Writes requests of one Resource.
#[derive(Debug)]
pub(super) struct Encoder {
    /// The fields of a `ResourceSpans` before its spans, and behind them.
    resource: Vec<u8>,
    schema_url: Vec<u8>,
    longest_value: usize,
    known: Mutex<Known>,
}

/// The spans of one instrumentation scope.
struct ScopeSpans {
    scope: InstrumentationScope,
    spans: Vec<u8>,
}

impl Encoder {
    /// `longest_value` is in characters.
    pub(super) fn new(longest_value: usize) -> Self {
        Self {
            resource: Vec::new(),
            schema_url: Vec::new(),
            longest_value,
            known: Mutex::default(),
        }
    }

    pub(super) fn set_resource(&mut self, resource: &Resource) {
        let (mut source, mut schema_url) = (Vec::new(), Vec::new());
        wire::message(&mut source, SOURCE, |out| {
            for (key, value) in resource {
                value::attribute(out, RESOURCE_ATTRIBUTES, key, value);
            }
        });
        let url = resource.schema_url().unwrap_or("");
        wire::text(&mut schema_url, SCHEMA_URL, url);
        (self.resource, self.schema_url) = (source, schema_url);
    }

    /// An `ExportTraceServiceRequest` with all of `batch`, one `ScopeSpans` for each scope.
    pub(super) fn request(&self, batch: &mut [SpanData]) -> Vec<u8> {
        // Never waited for: a queue exports one batch after the other.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = Writer::new(&mut known, self.longest_value);
        let mut scopes: Vec<ScopeSpans> = Vec::new();
        let (mut last, room) = (0, batch.len() * SPAN_BYTES);
        for span in batch {
            let scope = &span.instrumentation_scope;
            // Nearly always that of the span before.
            if scopes
                .get(last)
                .is_none_or(|last| !same(&last.scope, scope))
            {
                let known = scopes.iter().position(|known| known.scope == *scope);
                last = known.unwrap_or_else(|| {
                    scopes.push(ScopeSpans {
                        scope: scope.clone(),
                        spans: Vec::with_capacity(room),
                    });
                    scopes.len() - 1
                });
            }
            writer.span(&mut scopes[last].spans, SPANS, span);
        }
        let spans: usize = scopes.iter().map(|scope| scope.spans.len()).sum();
        let mut out = Vec::with_capacity(spans + self.resource.len() + 256 * scopes.len() + 16);
        wire::message(&mut out, RESOURCE_SPANS, |out| {
            out.extend_from_slice(&self.resource);
            for ScopeSpans { scope, spans } in &scopes {
                wire::message(out, SPANS, |out| {
                    wire::message(out, SOURCE, |out| write_scope(out, scope));
                    out.extend_from_slice(spans);
                    wire::text(out, SCHEMA_URL, scope.schema_url().unwrap_or(""));
                });
            }
            out.extend_from_slice(&self.schema_url);
        });
        out
    }
}

/// As `==`, which sorts attributes each time, where there are none and the texts are the very same
/// constants.
fn same(one: &InstrumentationScope, other: &InstrumentationScope) -> bool {
    let same_text = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (None, None) => true,
        _ => false,
    };
    let plain = one.attributes().next().is_none() && other.attributes().next().is_none();
    let constants = plain
        && same_text(Some(one.name()), Some(other.name()))
        && same_text(one.version(), other.version())
        && same_text(one.schema_url(), other.schema_url());
    constants || one == other
}

fn write_scope(out: &mut Vec<u8>, scope: &InstrumentationScope) {
    wire::text(out, SCOPE_NAME, scope.name());
    wire::text(out, SCOPE_VERSION, scope.version().unwrap_or(""));
    for attribute in scope.attributes() {
        value::attribute(out, SCOPE_ATTRIBUTES, &attribute.key, &attribute.value);
    }
}

#[cfg(test)]
mod tests;
