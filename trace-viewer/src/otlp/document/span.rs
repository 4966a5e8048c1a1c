//! A span in OTLP JSON.

use serde::Serialize;

use crate::model::{self, Kind, SpanId, Status as Code, TraceId};

use super::{
    decimal,
    values::{Pairs, is_none},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<SpanId>,
    #[serde(skip_serializing_if = "is_none")]
    flags: u32,
    name: &'a str,
    #[serde(skip_serializing_if = "is_none")]
    kind: u32,
    #[serde(serialize_with = "decimal")]
    start_time_unix_nano: u64,
    #[serde(serialize_with = "decimal")]
    end_time_unix_nano: u64,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_events_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_links_count: u32,
    #[serde(skip_serializing_if = "Status::is_unset")]
    status: Status<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(serialize_with = "decimal")]
    time_unix_nano: u64,
    name: &'a str,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace_state: &'a str,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
    #[serde(skip_serializing_if = "is_none")]
    flags: u32,
}

#[derive(Serialize)]
struct Status<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "is_none")]
    code: u32,
}

impl Status<'_> {
    fn is_unset(&self) -> bool {
        self.code == 0 && self.message.is_empty()
    }
}

impl<'a> Span<'a> {
    pub(super) fn of(trace: TraceId, span: &'a model::Span) -> Self {
        Self {
            trace_id: trace,
            span_id: span.id,
            trace_state: &span.trace_state,
            parent_span_id: span.parent,
            flags: span.flags,
            name: &span.name,
            kind: kind(span.kind),
            start_time_unix_nano: span.start,
            end_time_unix_nano: span.end,
            attributes: Pairs(&span.attributes),
            dropped_attributes_count: span.dropped.attributes,
            events: span.events.iter().map(Event::of).collect(),
            dropped_events_count: span.dropped.events,
            links: span.links.iter().map(Link::of).collect(),
            dropped_links_count: span.dropped.links,
            status: Status {
                message: &span.status_message,
                code: code(span.status),
            },
        }
    }
}

impl<'a> Event<'a> {
    fn of(event: &'a model::Event) -> Self {
        Self {
            time_unix_nano: event.time,
            name: &event.name,
            attributes: Pairs(&event.attributes),
            dropped_attributes_count: event.dropped_attributes,
        }
    }
}

impl<'a> Link<'a> {
    fn of(link: &'a model::Link) -> Self {
        Self {
            trace_id: link.trace,
            span_id: link.span,
            trace_state: &link.trace_state,
            attributes: Pairs(&link.attributes),
            dropped_attributes_count: link.dropped_attributes,
            flags: link.flags,
        }
    }
}

fn kind(kind: Kind) -> u32 {
    match kind {
        Kind::Unspecified => 0,
        Kind::Internal => 1,
        Kind::Server => 2,
        Kind::Client => 3,
        Kind::Producer => 4,
        Kind::Consumer => 5,
    }
}

fn code(code: Code) -> u32 {
    match code {
        Code::Unset => 0,
        Code::Ok => 1,
        Code::Error => 2,
    }
}
