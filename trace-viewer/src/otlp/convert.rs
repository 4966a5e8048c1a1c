//! From OTLP messages to the store's compact form, checking ids on the way.

use std::sync::Arc;

use shared_telemetry::otlp::proto::{
    common::v1::{AnyValue, KeyValue, any_value::Value as Wire},
    logs::v1::LogRecord,
    trace::v1 as wire,
};

use crate::{
    model::{
        Attributes, Event, Kind, Link, Log, Pool, Span, SpanId, Status, TraceId, Value,
        pool::{Resource, Scope},
        span::Dropped,
    },
    store::Refusal,
};

pub(super) fn span(
    pool: &mut Pool,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
    span: wire::Span,
) -> Result<(TraceId, Span), Refusal> {
    let trace = TraceId::from_bytes(&span.trace_id).ok_or(Refusal::TraceId)?;
    let id = SpanId::from_bytes(&span.span_id).ok_or(Refusal::SpanId)?;
    if !matches!(span.parent_span_id.len(), 0 | 8) {
        return Err(Refusal::ParentSpanId);
    }
    let kind = kind(span.kind());
    let (status, status_message) = status(span.status);
    let (links, invalid_links) = links(pool, span.links);
    let converted = Span {
        id,
        // Some senders write a root's parent as zeros.
        parent: SpanId::from_bytes(&span.parent_span_id),
        name: pool.string(&span.name),
        kind,
        status,
        flags: span.flags,
        status_message,
        trace_state: span.trace_state.into_boxed_str(),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        attributes: attributes(pool, span.attributes),
        events: span
            .events
            .into_iter()
            .map(|event| self::event(pool, event))
            .collect(),
        links,
        dropped: Dropped {
            attributes: span.dropped_attributes_count,
            events: span.dropped_events_count,
            links: span.dropped_links_count.saturating_add(invalid_links),
        },
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    };
    Ok((trace, converted))
}

/// None for a record outside any trace: an invalid id counts as none, as the data model says.
pub(super) fn log(
    pool: &mut Pool,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
    record: LogRecord,
) -> Option<(TraceId, Log)> {
    let trace = TraceId::from_bytes(&record.trace_id)?;
    let log = Log {
        happened: record.time_unix_nano,
        observed: record.observed_time_unix_nano,
        severity_number: record.severity_number,
        severity_text: pool.string(&record.severity_text),
        span: SpanId::from_bytes(&record.span_id),
        body: value(pool, record.body),
        attributes: attributes(pool, record.attributes),
        dropped_attributes: record.dropped_attributes_count,
        flags: record.flags,
        event_name: pool.string(&record.event_name),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    };
    Some((trace, log))
}

pub(super) fn attributes(pool: &mut Pool, pairs: Vec<KeyValue>) -> Attributes {
    let convert = |pair: KeyValue| (pool.string(&pair.key), value(pool, pair.value));
    Attributes::new(pairs.into_iter().map(convert).collect())
}

fn value(pool: &mut Pool, value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        Some(Wire::StringValue(text)) => Value::Text(text.into_boxed_str()),
        Some(Wire::BoolValue(value)) => Value::Bool(value),
        Some(Wire::IntValue(value)) => Value::Int(value),
        Some(Wire::DoubleValue(value)) => Value::Double(value.to_bits()),
        Some(Wire::BytesValue(bytes)) => Value::Bytes(bytes.into_boxed_slice()),
        Some(Wire::ArrayValue(list)) => {
            let convert = |element| self::value(pool, Some(element));
            Value::List(list.values.into_iter().map(convert).collect())
        }
        Some(Wire::KvlistValue(map)) => Value::Map(attributes(pool, map.values)),
        // A reference into a table that only profiles have.
        Some(Wire::StringValueStrindex(_)) | None => Value::Empty,
    }
}

fn event(pool: &mut Pool, event: wire::span::Event) -> Event {
    Event {
        name: pool.string(&event.name),
        time: event.time_unix_nano,
        attributes: attributes(pool, event.attributes),
        dropped_attributes: event.dropped_attributes_count,
    }
}

/// The links that can lead somewhere, and the number of those that cannot.
fn links(pool: &mut Pool, links: Vec<wire::span::Link>) -> (Box<[Link]>, u32) {
    let mut invalid = 0_u32;
    let valid = links.into_iter().filter_map(|link| {
        let ids = TraceId::from_bytes(&link.trace_id).zip(SpanId::from_bytes(&link.span_id));
        let Some((trace, span)) = ids else {
            invalid = invalid.saturating_add(1);
            return None;
        };
        Some(Link {
            trace,
            span,
            trace_state: link.trace_state.into_boxed_str(),
            flags: link.flags,
            attributes: attributes(pool, link.attributes),
            dropped_attributes: link.dropped_attributes_count,
        })
    });
    (valid.collect(), invalid)
}

/// A number that is none of the kinds, from a newer or a broken sender, reads as unspecified.
fn kind(kind: wire::span::SpanKind) -> Kind {
    match kind {
        wire::span::SpanKind::Unspecified => Kind::Unspecified,
        wire::span::SpanKind::Internal => Kind::Internal,
        wire::span::SpanKind::Server => Kind::Server,
        wire::span::SpanKind::Client => Kind::Client,
        wire::span::SpanKind::Producer => Kind::Producer,
        wire::span::SpanKind::Consumer => Kind::Consumer,
    }
}

fn status(status: Option<wire::Status>) -> (Status, Box<str>) {
    let status = status.unwrap_or_default();
    let code = match status.code() {
        wire::status::StatusCode::Unset => Status::Unset,
        wire::status::StatusCode::Ok => Status::Ok,
        wire::status::StatusCode::Error => Status::Error,
    };
    (code, status.message.into_boxed_str())
}
