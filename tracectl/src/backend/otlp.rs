//! Traces out of OTLP JSON, as Jaeger and Tempo answer it.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::otlp_json::{self as wire, Attributes, Int, ResourceSpans, Value, or_empty};
use crate::trace::{BackLink, Event, Link, MissingParent, Span, Status, Trace};

const TRACE_ID_DIGITS: usize = 32;
const SPAN_ID_DIGITS: usize = 16;

/// Whether a backend gives back the flags that a span was sent with. Zero flags are left out of
/// the JSON, so that an absent key alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flags {
    Kept,
    Lost,
}

/// Each trace of an answer, with its spans by start time.
pub(super) fn traces(groups: Vec<ResourceSpans>, flags: Flags) -> Vec<Trace> {
    let mut by_id: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for group in groups {
        let resource = wire::attributes(group.resource.and_then(|resource| resource.attributes));
        let service = service_name(&resource);
        let scopes = or_empty(group.scope_spans).into_iter();
        for sent in scopes.flat_map(|scope| or_empty(scope.spans)) {
            let trace_id = id(sent.trace_id.as_deref(), TRACE_ID_DIGITS);
            let span = span(sent, &service, flags);
            by_id.entry(trace_id).or_default().push(span);
        }
    }
    by_id
        .into_iter()
        .map(|(id, spans)| whole(id, spans))
        .collect()
}

/// Spans of `others` that link to a span of the trace.
pub(super) fn back_links(to: &Trace, others: &[Trace]) -> Vec<BackLink> {
    let mut found = Vec::new();
    for other in others {
        for span in &other.spans {
            let here = |link: &&Link| link.trace_id == to.trace_id;
            found.extend(span.links.iter().filter(here).map(|link| BackLink {
                trace_id: other.trace_id.clone(),
                span_id: span.span_id.clone(),
                service: span.service.clone(),
                name: span.name.clone(),
                kind: span.kind,
                to_span_id: link.span_id.clone(),
            }));
        }
    }
    found
}

fn whole(trace_id: String, mut spans: Vec<Span>) -> Trace {
    spans.sort_by(|a, b| (a.start_unix_nano, &a.span_id).cmp(&(b.start_unix_nano, &b.span_id)));
    let start = spans.first().map_or(0, |span| span.start_unix_nano);
    let end = spans.iter().map(Span::end_unix_nano).max().unwrap_or(start);
    let there: HashSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let orphan = |span: &Span| {
        let parent = span.parent_span_id.as_deref()?;
        (!there.contains(parent)).then(|| MissingParent {
            span_id: span.span_id.clone(),
            parent_span_id: parent.to_owned(),
        })
    };
    let missing_parents = spans.iter().filter_map(orphan).collect();
    Trace {
        trace_id,
        start_unix_nano: start,
        duration_ns: end.saturating_sub(start),
        spans,
        missing_parents,
        linked_from: Vec::new(),
        truncated: false,
    }
}

fn span(sent: wire::Span, service: &str, flags: Flags) -> Span {
    let start = nanos(sent.start_time_unix_nano.as_ref());
    let status = sent.status.unwrap_or_default();
    Span {
        span_id: id(sent.span_id.as_deref(), SPAN_ID_DIGITS),
        parent_span_id: sent
            .parent_span_id
            .filter(|parent| !parent.is_empty())
            .map(|parent| id(Some(&parent), SPAN_ID_DIGITS)),
        service: service.to_owned(),
        name: sent.name.unwrap_or_default(),
        kind: wire::kind(sent.kind.as_ref()),
        start_unix_nano: start,
        duration_ns: nanos(sent.end_time_unix_nano.as_ref()).saturating_sub(start),
        status: Status {
            code: wire::status_code(status.code.as_ref()),
            message: status.message.unwrap_or_default(),
        },
        flags: (flags == Flags::Kept).then(|| sent.flags.unwrap_or(0)),
        attributes: map(wire::attributes(sent.attributes)),
        events: or_empty(sent.events).into_iter().map(event).collect(),
        links: or_empty(sent.links).into_iter().map(link).collect(),
    }
}

fn event(sent: wire::Event) -> Event {
    Event {
        name: sent.name.unwrap_or_default(),
        time_unix_nano: nanos(sent.time_unix_nano.as_ref()),
        attributes: map(wire::attributes(sent.attributes)),
    }
}

fn link(sent: wire::Link) -> Link {
    Link {
        trace_id: id(sent.trace_id.as_deref(), TRACE_ID_DIGITS),
        span_id: id(sent.span_id.as_deref(), SPAN_ID_DIGITS),
        // Only asking for that trace would tell.
        found: true,
    }
}

/// Hexadecimal as OTLP says, or Base64 as protobuf's own JSON has it; told apart by their length.
fn id(text: Option<&str>, digits: usize) -> String {
    let text = text.unwrap_or_default();
    if text.len() == digits {
        return text.to_ascii_lowercase();
    }
    let bytes = STANDARD.decode(text).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn nanos(time: Option<&Int>) -> u64 {
    let value = time.and_then(Int::value).unwrap_or_default();
    u64::try_from(value).unwrap_or_default()
}

fn service_name(resource: &Attributes) -> String {
    let is_name = |(key, _): &&(String, Value)| key == "service.name";
    match resource.iter().find(is_name) {
        Some((_, Value::Text(name))) => name.clone(),
        _ => "unknown_service".to_owned(),
    }
}

fn map(attributes: Attributes) -> BTreeMap<String, Json> {
    let pairs = attributes.into_iter();
    pairs.map(|(key, value)| (key, json(value))).collect()
}

fn json(value: Value) -> Json {
    match value {
        Value::Text(text) => text.into(),
        Value::Int(number) => number.into(),
        Value::Bool(truth) => truth.into(),
        Value::Double(number) => number.into(),
        Value::List(values) => values.into_iter().map(json).collect(),
        Value::Map(attributes) => map(attributes).into_iter().collect(),
        Value::Other => Json::Null,
    }
}
