//! One trace with its neighbours, as JSON.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;

use crate::{
    model::{
        Attributes, Kind, Link as KeptLink, Span as KeptSpan, SpanId, Status as Code, TraceId,
        pool::{Resource, Scope},
        span::Dropped,
    },
    store::{BackLink, Snapshot},
};

use super::{ServiceNames, nanos};

#[derive(Serialize)]
pub(super) struct Trace<'a> {
    trace_id: TraceId,
    #[serde(serialize_with = "nanos")]
    start_unix_nano: u64,
    duration_ns: u64,
    services: ServiceNames<'a>,
    resources: Vec<&'a Attributes>,
    spans: Vec<Span<'a>>,
    missing_parents: Vec<MissingParent>,
    linked_from: Vec<LinkedFrom<'a>>,
    truncated: bool,
}

#[derive(Serialize)]
struct Span<'a> {
    span_id: SpanId,
    parent_span_id: Option<SpanId>,
    service: &'a str,
    name: &'a str,
    kind: Kind,
    #[serde(serialize_with = "nanos")]
    start_unix_nano: u64,
    duration_ns: u64,
    status: Status<'a>,
    flags: u8,
    trace_state: &'a str,
    attributes: &'a Attributes,
    events: Vec<Event<'a>>,
    links: Vec<Link<'a>>,
    resource: usize,
    scope: &'a Scope,
    dropped: Dropped,
}

#[derive(Serialize)]
struct Status<'a> {
    code: Code,
    message: &'a str,
}

#[derive(Serialize)]
struct Event<'a> {
    name: &'a str,
    #[serde(serialize_with = "nanos")]
    time_unix_nano: u64,
    attributes: &'a Attributes,
}

#[derive(Serialize)]
struct Link<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    attributes: &'a Attributes,
    found: bool,
    #[serde(flatten)]
    end: Option<LinkEnd<'a>>,
}

/// The span that a link leads to, where it is kept.
#[derive(Serialize)]
struct LinkEnd<'a> {
    service: &'a str,
    name: &'a str,
    kind: Kind,
}

#[derive(Serialize)]
struct MissingParent {
    span_id: SpanId,
    parent_span_id: SpanId,
}

#[derive(Serialize)]
struct LinkedFrom<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    service: &'a str,
    name: &'a str,
    kind: Kind,
    to_span_id: SpanId,
}

impl<'a> Trace<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut resources = Resources::default();
        let spans = snapshot.spans.iter();
        let spans =
            spans.map(|(span, found)| Span::of(span, found, resources.index(&span.resource)));
        let spans = spans.collect();
        let missing = snapshot.missing_parents.iter();
        Self {
            trace_id: snapshot.id,
            start_unix_nano: snapshot.start,
            duration_ns: snapshot.duration,
            services: &snapshot.services,
            resources: resources.distinct,
            spans,
            missing_parents: missing
                .map(|(span_id, parent)| MissingParent {
                    span_id: *span_id,
                    parent_span_id: *parent,
                })
                .collect(),
            linked_from: snapshot.linked_from.iter().map(LinkedFrom::of).collect(),
            truncated: snapshot.truncated,
        }
    }
}

/// Each resource once, in the order of its first span. Equal ones are the same one in the store.
#[derive(Default)]
struct Resources<'a> {
    distinct: Vec<&'a Attributes>,
    indexes: HashMap<*const Resource, usize>,
}

impl<'a> Resources<'a> {
    fn index(&mut self, resource: &'a Arc<Resource>) -> usize {
        *self
            .indexes
            .entry(Arc::as_ptr(resource))
            .or_insert_with(|| {
                self.distinct.push(&resource.attributes);
                self.distinct.len() - 1
            })
    }
}

impl<'a> Span<'a> {
    fn of(span: &'a KeptSpan, found: &'a [Option<Arc<KeptSpan>>], resource: usize) -> Self {
        let links = span.links.iter().zip(found);
        let event = |event: &'a crate::model::Event| Event {
            name: &event.name,
            time_unix_nano: event.time,
            attributes: &event.attributes,
        };
        Self {
            span_id: span.id,
            parent_span_id: span.parent,
            service: &span.resource.service,
            name: &span.name,
            kind: span.kind,
            start_unix_nano: span.start,
            duration_ns: span.duration(),
            status: Status {
                code: span.status,
                message: &span.status_message,
            },
            flags: span.trace_flags(),
            trace_state: &span.trace_state,
            attributes: &span.attributes,
            events: span.events.iter().map(event).collect(),
            links: links
                .map(|(link, found)| Link::of(link, found.as_deref()))
                .collect(),
            resource,
            scope: &span.scope,
            dropped: span.dropped,
        }
    }
}

impl<'a> Link<'a> {
    fn of(link: &'a KeptLink, found: Option<&'a KeptSpan>) -> Self {
        let end = found.map(|span| LinkEnd {
            service: &span.resource.service,
            name: &span.name,
            kind: span.kind,
        });
        Self {
            trace_id: link.trace,
            span_id: link.span,
            attributes: &link.attributes,
            found: end.is_some(),
            end,
        }
    }
}

impl<'a> LinkedFrom<'a> {
    fn of(link: &'a BackLink) -> Self {
        Self {
            trace_id: link.trace,
            span_id: link.span.id,
            service: &link.span.resource.service,
            name: &link.span.name,
            kind: link.span.kind,
            to_span_id: link.to,
        }
    }
}
