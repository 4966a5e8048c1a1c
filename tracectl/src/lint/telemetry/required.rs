//! Attributes that the conventions require.

use super::Domain;
use crate::lint::captured::{Captured, Span, get};
use crate::lint::finding::Findings;
use crate::trace::{Kind, StatusCode};

const RULE: &str = "missing-attribute";

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    for resource in &captured.resources {
        let name = get(&resource.attributes, "service.name").and_then(|name| name.text());
        if name.is_none_or(|name| name.is_empty() || name.starts_with("unknown_service")) {
            findings.add(
                RULE,
                "`service.name` of a Resource".to_owned(),
                None,
                "without it nobody knows who speaks",
                "set OTEL_SERVICE_NAME, or give the program a name",
            );
        }
    }
    for span in &captured.spans {
        let Some(domain) = Domain::of_boundary(span) else {
            continue;
        };
        for key in required(domain, span).iter().filter(|key| !span.has(key)) {
            findings.add(
                RULE,
                format!("`{key}` of {}", captured.title(span)),
                span.ids(),
                "the semantic conventions v1.44.0 require it here",
                format!("set `{key}`"),
            );
        }
        if span.status == StatusCode::Error && !span.has("error.type") {
            findings.add(
                RULE,
                format!("`error.type` of {}", captured.title(span)),
                span.ids(),
                "the span failed, and nothing says of which sort the failure is",
                "set `error.type` to a code or a type's name, of low cardinality",
            );
        }
    }
}

fn required(domain: Domain, span: &Span) -> &'static [&'static str] {
    match (domain, span.kind) {
        (Domain::Http, Kind::Server) => &["http.request.method", "url.path", "url.scheme"],
        (Domain::Http, _) => &[
            "http.request.method",
            "server.address",
            "server.port",
            "url.full",
        ],
        (Domain::Rpc, Kind::Client) => &[
            "rpc.system.name",
            "rpc.method",
            "rpc.response.status_code",
            "server.address",
        ],
        (Domain::Rpc, _) => &["rpc.system.name", "rpc.response.status_code"],
        (Domain::Database, _) => &["db.system.name"],
        (Domain::Messaging, _) => &["messaging.system", "messaging.operation.name"],
    }
}
