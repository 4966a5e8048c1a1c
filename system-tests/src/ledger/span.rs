//! A span without what the ledger does not look at.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex};

use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceRequest;
use shared_telemetry::otlp::proto::common::v1::{KeyValue, any_value};
use shared_telemetry::otlp::proto::trace::v1::{Span, span::SpanKind, status::StatusCode};

/// On which side of which boundary a span stands.
pub type Kind = SpanKind;

/// What is kept of a span.
#[derive(Debug, Clone)]
pub struct LedgerSpan {
    /// `service.name` of its Resource.
    pub service: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: Kind,
    /// Its trace.
    pub trace: u128,
    /// The random number that samplers choose its trace by: `rv` of its `tracestate`, else the
    /// last 56 bits of the trace id.
    pub random: u64,
    /// Itself.
    pub id: u64,
    /// Its parent, 0 when it has none.
    pub parent: u64,
    /// The trace and the span of each of its links.
    pub links: Box<[(u128, u64)]>,
    /// The order that it names, as `app.order.id` or as `messaging.message.id`.
    pub order: Option<Box<str>>,
    /// True when its status is ERROR.
    pub failed: bool,
    /// `error.type`.
    pub error: Option<Arc<str>>,
    /// When it started and ended, in nanoseconds since 1970.
    pub time: (u64, u64),
    /// The names of its events.
    pub events: Box<[Arc<str>]>,
}

/// The spans of an export.
pub(super) fn read(request: ExportTraceServiceRequest) -> Vec<LedgerSpan> {
    let mut spans = Vec::new();
    for group in request.resource_spans {
        let resource = group.resource.unwrap_or_default();
        let service = text(&resource.attributes, "service.name").map_or("", |name| name);
        let service = shared(service);
        let of_scopes = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(of_scopes.map(|span| keep(&service, &span)));
    }
    spans
}

fn keep(service: &Arc<str>, span: &Span) -> LedgerSpan {
    let order = ["app.order.id", "messaging.message.id"]
        .into_iter()
        .find_map(|key| text(&span.attributes, key));
    let links = span.links.iter();
    let trace = trace_id(&span.trace_id);
    LedgerSpan {
        service: Arc::clone(service),
        name: shared(&span.name),
        kind: span.kind(),
        trace,
        random: explicit_random(&span.trace_state).unwrap_or_else(|| low_bits(trace)),
        id: span_id(&span.span_id),
        parent: span_id(&span.parent_span_id),
        links: links
            .map(|link| (trace_id(&link.trace_id), span_id(&link.span_id)))
            .collect(),
        order: order.map(Into::into),
        failed: span
            .status
            .as_ref()
            .is_some_and(|status| status.code() == StatusCode::Error),
        error: text(&span.attributes, "error.type").map(shared),
        time: (span.start_time_unix_nano, span.end_time_unix_nano),
        events: span
            .events
            .iter()
            .map(|event| shared(&event.name))
            .collect(),
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// The same few names come again and again: each is kept once.
fn shared(text: &str) -> Arc<str> {
    static NAMES: LazyLock<Mutex<HashSet<Arc<str>>>> = LazyLock::new(Mutex::default);
    let mut names = NAMES.lock().unwrap();
    if let Some(known) = names.get(text) {
        return Arc::clone(known);
    }
    let name: Arc<str> = text.into();
    names.insert(Arc::clone(&name));
    name
}

fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

fn span_id(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}

fn explicit_random(trace_state: &str) -> Option<u64> {
    let member = trace_state
        .split(',')
        .find_map(|one| one.strip_prefix("ot="))?;
    let digits = member
        .split(';')
        .find_map(|field| field.strip_prefix("rv:"))?;
    u64::from_str_radix(digits, 16).ok()
}

fn low_bits(trace: u128) -> u64 {
    u64::try_from(trace & ((1 << 56) - 1)).unwrap_or_default()
}
