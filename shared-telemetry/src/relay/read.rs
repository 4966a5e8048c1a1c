//! A batch of a stranger's spans, read from OTLP/JSON field by field.
//!
//! OTLP/JSON is protobuf's JSON mapping with ids in hex and enums as numbers (OTLP specification,
//! "JSON Protobuf Encoding"); 64-bit numbers may be texts. A field that is not known is passed
//! over, as the specification asks of a receiver, and so does not go on: links, trace state and
//! whatever else nobody here reads.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde_json::{Map, Value};

use super::value::{self, Fields, Wrong};
use super::{MAX_SPANS, Refused};
use crate::names::SERVICE_NAME;
use crate::propagation::traceparent::RANDOM;

/// How far a time may be from now: more is a clock that is wrong, or no truth.
const HOUR: Duration = Duration::from_secs(3600);

const MAX_NAME_BYTES: usize = 128;
const MAX_MESSAGE_BYTES: usize = 256;
const MAX_ATTRIBUTES: usize = 32;
const MAX_EVENTS: usize = 16;

/// All spans of `batch`, or the reason why none is taken.
pub(super) fn batch(
    batch: &Value,
    service: &'static str,
    scope: &InstrumentationScope,
    now: SystemTime,
) -> Result<Vec<SpanData>, Refused> {
    let request = batch.as_object().ok_or_else(|| {
        Refused::Malformed("the body must be an object with resourceSpans".to_owned())
    })?;
    let mut count = 0;
    let mut foreign = false;
    let counted = value::each(request, "resourceSpans", |resource| {
        foreign |= service_name(resource) != Some(service);
        value::each(resource, "scopeSpans", |scope| {
            count += scope
                .get("spans")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            Ok(())
        })
    });
    match counted {
        Err(wrong) => return Err(Refused::Malformed(wrong)),
        Ok(_) if foreign => return Err(Refused::Foreign(service)),
        Ok(_) if count > MAX_SPANS => return Err(Refused::TooMany),
        Ok(_) => {}
    }
    let reader = Reader { scope, now };
    let read = value::each(request, "resourceSpans", |resource| {
        value::each(resource, "scopeSpans", |scope| {
            value::each(scope, "spans", |span| reader.span(span))
        })
    });
    let read = read.map_err(Refused::Malformed)?;
    Ok(read.into_iter().flatten().flatten().collect())
}

/// Who says that the spans are theirs.
fn service_name(resource: &Fields) -> Option<&str> {
    let attributes = resource.get("resource")?.get("attributes")?.as_array()?;
    let mut names = attributes
        .iter()
        .filter(|attribute| attribute["key"] == SERVICE_NAME);
    // Two names are none.
    let name = names.next().filter(|_| names.next().is_none())?;
    name["value"]["stringValue"].as_str()
}

struct Reader<'s> {
    scope: &'s InstrumentationScope,
    now: SystemTime,
}

impl Reader<'_> {
    fn span(&self, span: &Fields) -> Result<SpanData, Wrong> {
        let trace_id = TraceId::from_bytes(value::id(span, "traceId")?);
        let span_id = SpanId::from_bytes(value::id(span, "spanId")?);
        let parent = match value::given(span, "parentSpanId") {
            None => SpanId::INVALID,
            Some(Value::String(none)) if none.is_empty() => SpanId::INVALID,
            Some(_) => SpanId::from_bytes(value::id(span, "parentSpanId")?),
        };
        if parent == span_id {
            return Err("parentSpanId must be another span".to_owned());
        }
        let start_time = self.moment(span, "startTimeUnixNano")?;
        let end_time = self.moment(span, "endTimeUnixNano")?;
        if end_time < start_time {
            return Err("endTimeUnixNano must not be before startTimeUnixNano".to_owned());
        }
        let mut events = SpanEvents::default();
        events.events = value::each_of(span, "events", MAX_EVENTS, |event| self.event(event))?;
        Ok(SpanData {
            span_context: SpanContext::new(trace_id, span_id, flags(span), false, TraceState::NONE),
            parent_span_id: parent,
            parent_span_is_remote: false,
            span_kind: kind(span)?,
            name: value::text(span, "name", 1, MAX_NAME_BYTES)?.into(),
            start_time,
            end_time,
            attributes: attributes(span)?,
            dropped_attributes_count: 0,
            events,
            links: SpanLinks::default(),
            status: status(span)?,
            instrumentation_scope: self.scope.clone(),
        })
    }

    fn event(&self, event: &Fields) -> Result<Event, Wrong> {
        let name = value::text(event, "name", 1, MAX_NAME_BYTES)?;
        let at = self.moment(event, "timeUnixNano")?;
        Ok(Event::new(name, at, attributes(event)?, 0))
    }

    /// Nanoseconds since 1970, not further from now than a clock can be believed.
    fn moment(&self, fields: &Fields, key: &str) -> Result<SystemTime, Wrong> {
        let wrong = || format!("{key} must be nanoseconds since 1970, within an hour of now");
        let nanos = value::integer::<u64>(fields.get(key)).ok_or_else(wrong)?;
        let moment = SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos);
        let believable = self.now - HOUR..=self.now + HOUR;
        believable
            .contains(&moment)
            .then_some(moment)
            .ok_or_else(wrong)
    }
}

fn attributes(fields: &Fields) -> Result<Vec<KeyValue>, Wrong> {
    value::each_of(fields, "attributes", MAX_ATTRIBUTES, value::attribute)
}

/// Nobody calls a page, and it takes nothing from a queue: what claims that is refused.
fn kind(span: &Fields) -> Result<SpanKind, Wrong> {
    match value::given(span, "kind").map_or(Some(0), Value::as_u64) {
        Some(0 | 1) => Ok(SpanKind::Internal),
        Some(3) => Ok(SpanKind::Client),
        _ => Err("kind must be 1 (INTERNAL) or 3 (CLIENT)".to_owned()),
    }
}

/// It is sent because it is sampled; of the other bits one is known.
fn flags(span: &Fields) -> TraceFlags {
    let sent = span.get("flags").and_then(Value::as_u64).unwrap_or(0);
    let random = if sent & u64::from(RANDOM) == 0 {
        0
    } else {
        RANDOM
    };
    TraceFlags::new(TraceFlags::SAMPLED.to_u8() | random)
}

fn status(span: &Fields) -> Result<Status, Wrong> {
    let status = match value::given(span, "status") {
        None => &Map::new(),
        Some(Value::Object(status)) => status,
        Some(_) => return Err("status must be an object".to_owned()),
    };
    match value::given(status, "code").map_or(Some(0), Value::as_u64) {
        Some(0) => Ok(Status::Unset),
        Some(1) => Ok(Status::Ok),
        Some(2) => {
            let message = value::given(status, "message")
                .map(|_| value::text(status, "message", 0, MAX_MESSAGE_BYTES))
                .transpose()
                .map_err(|wrong| format!("status.{wrong}"))?;
            Ok(Status::error(message.unwrap_or_default()))
        }
        _ => Err("status.code must be 0, 1 or 2".to_owned()),
    }
}
