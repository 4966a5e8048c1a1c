//! OTLP's names, and what is asked of its spans.

use shared_telemetry::otlp::proto::common::v1::any_value;
use shared_telemetry::otlp::proto::trace::v1::span::Event;
use shared_telemetry::otlp::proto::trace::v1::status::StatusCode;

pub(crate) use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceRequest as Export;
pub(crate) use shared_telemetry::otlp::proto::trace::v1::Span;

/// A span by its trace and itself.
pub(crate) type Id = (u128, u64);

/// All spans of an export.
pub(crate) fn spans(export: &Export) -> impl Iterator<Item = &Span> {
    let scopes = export
        .resource_spans
        .iter()
        .flat_map(|group| &group.scope_spans);
    scopes.flat_map(|scope| &scope.spans)
}

pub(crate) fn id(span: &Span) -> Id {
    (trace_id(&span.trace_id), span_id(&span.span_id))
}

pub(crate) fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

pub(crate) fn span_id(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}

pub(crate) fn failed(span: &Span) -> bool {
    let status = span.status.as_ref();
    status.is_some_and(|status| status.code() == StatusCode::Error)
}

/// A text attribute of an event.
pub(crate) fn text<'e>(event: &'e Event, key: &str) -> Option<&'e str> {
    let found = event
        .attributes
        .iter()
        .find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}
