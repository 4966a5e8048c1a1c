//! Reads OTLP JSON: one export request, or several, one behind the other.

use serde_json::Deserializer;

use super::Unreadable;
use super::captured::{Captured, Event, Log, Resource, Span};
use crate::otlp_json::{self as wire, Document, or_empty};

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Captured, Unreadable> {
    let mut captured = Captured::default();
    let mut documents = 0;
    for document in Deserializer::from_slice(bytes).into_iter::<Document>() {
        let document = document
            .map_err(|error| Unreadable::new(name, format_args!("is no OTLP JSON: {error}")))?;
        documents += 1;
        if !document.is_otlp() {
            let why = "is no OTLP JSON: there is no resourceSpans, resourceLogs or resourceMetrics";
            return Err(Unreadable::new(name, why));
        }
        add(&mut captured, document);
    }
    if documents == 0 {
        return Err(Unreadable::new(name, "is empty: expected OTLP JSON"));
    }
    Ok(captured)
}

fn add(captured: &mut Captured, document: Document) {
    for group in or_empty(document.resource_spans) {
        let resource = captured.resources.len();
        captured.resources.push(Resource {
            attributes: wire::attributes(group.resource.and_then(|resource| resource.attributes)),
        });
        let scopes = or_empty(group.scope_spans);
        for span in scopes.into_iter().flat_map(|scope| or_empty(scope.spans)) {
            captured.spans.push(self::span(resource, span));
        }
    }
    for group in or_empty(document.resource_logs) {
        let resource = captured.resources.len();
        captured.resources.push(Resource {
            attributes: wire::attributes(group.resource.and_then(|resource| resource.attributes)),
        });
        let scopes = or_empty(group.scope_logs);
        for log in scopes
            .into_iter()
            .flat_map(|scope| or_empty(scope.log_records))
        {
            captured.logs.push(Log {
                resource,
                body: log.body.map_or(super::captured::Value::Other, Into::into),
                attributes: wire::attributes(log.attributes),
            });
        }
    }
}

fn span(resource: usize, span: wire::Span) -> Span {
    let status = span.status.unwrap_or_default();
    let events = or_empty(span.events).into_iter().map(|event| Event {
        name: event.name.unwrap_or_default(),
        attributes: wire::attributes(event.attributes),
    });
    Span {
        resource,
        trace_id: span.trace_id.unwrap_or_default().to_ascii_lowercase(),
        span_id: span.span_id.unwrap_or_default().to_ascii_lowercase(),
        parent_id: span.parent_span_id.unwrap_or_default().to_ascii_lowercase(),
        name: span.name.unwrap_or_default(),
        kind: wire::kind(span.kind.as_ref()),
        status: wire::status_code(status.code.as_ref()),
        status_message: status.message.unwrap_or_default(),
        attributes: wire::attributes(span.attributes),
        events: events.collect(),
        links: or_empty(span.links)
            .into_iter()
            .map(|link| wire::attributes(link.attributes))
            .collect(),
    }
}
