//! `ExportTraceServiceRequest` in OTLP JSON.

use serde::Deserialize;
use shared_telemetry::otlp::proto::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1 as wire,
};

use super::{
    attributes::{KeyValue, Resource, Scope},
    list::List,
    scalar::{Hex, Integer},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    resource_spans: Option<List<ResourceSpans>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Option<Resource>,
    scope_spans: Option<List<ScopeSpans>>,
    schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScopeSpans {
    scope: Option<Scope>,
    spans: Option<List<Span>>,
    schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    trace_id: Option<Hex>,
    span_id: Option<Hex>,
    trace_state: Option<String>,
    parent_span_id: Option<Hex>,
    flags: Option<Integer<u32>>,
    name: Option<String>,
    kind: Option<i32>,
    start_time_unix_nano: Option<Integer<u64>>,
    end_time_unix_nano: Option<Integer<u64>>,
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
    events: Option<List<Event>>,
    dropped_events_count: Option<Integer<u32>>,
    links: Option<List<Link>>,
    dropped_links_count: Option<Integer<u32>>,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    time_unix_nano: Option<Integer<u64>>,
    name: Option<String>,
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    trace_id: Option<Hex>,
    span_id: Option<Hex>,
    trace_state: Option<String>,
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
    flags: Option<Integer<u32>>,
}

#[derive(Deserialize)]
struct Status {
    message: Option<String>,
    code: Option<i32>,
}

impl From<Request> for ExportTraceServiceRequest {
    fn from(json: Request) -> Self {
        Self {
            resource_spans: List::of(json.resource_spans),
        }
    }
}

impl From<ResourceSpans> for wire::ResourceSpans {
    fn from(json: ResourceSpans) -> Self {
        Self {
            resource: json.resource.map(Into::into),
            scope_spans: List::of(json.scope_spans),
            schema_url: json.schema_url.unwrap_or_default(),
        }
    }
}

impl From<ScopeSpans> for wire::ScopeSpans {
    fn from(json: ScopeSpans) -> Self {
        Self {
            scope: json.scope.map(Into::into),
            spans: List::of(json.spans),
            schema_url: json.schema_url.unwrap_or_default(),
        }
    }
}

impl From<Span> for wire::Span {
    fn from(json: Span) -> Self {
        Self {
            trace_id: Hex::bytes(json.trace_id),
            span_id: Hex::bytes(json.span_id),
            trace_state: json.trace_state.unwrap_or_default(),
            parent_span_id: Hex::bytes(json.parent_span_id),
            flags: Integer::or_zero(json.flags),
            name: json.name.unwrap_or_default(),
            kind: json.kind.unwrap_or_default(),
            start_time_unix_nano: Integer::or_zero(json.start_time_unix_nano),
            end_time_unix_nano: Integer::or_zero(json.end_time_unix_nano),
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
            events: List::of(json.events),
            dropped_events_count: Integer::or_zero(json.dropped_events_count),
            links: List::of(json.links),
            dropped_links_count: Integer::or_zero(json.dropped_links_count),
            status: json.status.map(Into::into),
        }
    }
}

impl From<Event> for wire::span::Event {
    fn from(json: Event) -> Self {
        Self {
            time_unix_nano: Integer::or_zero(json.time_unix_nano),
            name: json.name.unwrap_or_default(),
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
        }
    }
}

impl From<Link> for wire::span::Link {
    fn from(json: Link) -> Self {
        Self {
            trace_id: Hex::bytes(json.trace_id),
            span_id: Hex::bytes(json.span_id),
            trace_state: json.trace_state.unwrap_or_default(),
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
            flags: Integer::or_zero(json.flags),
        }
    }
}

impl From<Status> for wire::Status {
    fn from(json: Status) -> Self {
        Self {
            message: json.message.unwrap_or_default(),
            code: json.code.unwrap_or_default(),
        }
    }
}
