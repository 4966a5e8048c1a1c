//! Required attributes of the semantic conventions v1.44.0, for each kind of boundary.

use crate::trace::{Kind, Span};
use crate::verify::check::{Failure, Verdict};
use crate::verify::evidence::Evidence;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    Http,
    Sql,
    Messaging,
    Rpc,
}

impl Domain {
    /// A span's domain by what it says of itself. gRPC runs on HTTP and may say both, so RPC is
    /// asked first.
    fn of(span: &Span) -> Option<Self> {
        if matches!(span.kind, Kind::Internal | Kind::Unspecified) {
            return None;
        }
        let says = |prefix: &str| span.attributes.keys().any(|key| key.starts_with(prefix));
        let by_attributes = [
            ("rpc.", Self::Rpc),
            ("db.", Self::Sql),
            ("messaging.", Self::Messaging),
            ("http.", Self::Http),
        ];
        let found = by_attributes.into_iter().find(|(prefix, _)| says(prefix));
        found
            .map(|(_, domain)| domain)
            .or_else(|| Self::of_name(span))
    }

    /// A span without any such attribute is known by its name and kind.
    fn of_name(span: &Span) -> Option<Self> {
        if matches!(span.kind, Kind::Producer | Kind::Consumer) {
            return Some(Self::Messaging);
        }
        let first = span.name.split(' ').next().unwrap_or_default();
        match first {
            "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => Some(Self::Http),
            "SELECT" | "INSERT" | "UPDATE" | "BEGIN" | "COMMIT" => Some(Self::Sql),
            name if name.contains('.') && name.contains('/') => Some(Self::Rpc),
            _ => None,
        }
    }

    const fn required(self, kind: Kind) -> &'static [&'static str] {
        match (self, kind) {
            (Self::Http, Kind::Server) => &[
                "http.request.method",
                "http.response.status_code",
                "http.route",
            ],
            (Self::Http, _) => &["http.request.method", "http.response.status_code"],
            (Self::Sql, _) => &["db.system.name", "db.query.text", "db.operation.name"],
            (Self::Messaging, _) => &[
                "messaging.system",
                "messaging.destination.name",
                "messaging.operation.type",
            ],
            (Self::Rpc, _) => &["rpc.system.name", "rpc.method", "rpc.response.status_code"],
        }
    }
}

pub(crate) fn check(evidence: &Evidence, domain: Domain) -> Verdict {
    evidence.checkout_trace()?;
    let mut count = 0;
    for trace in evidence.own_traces() {
        for span in trace
            .spans
            .iter()
            .filter(|span| Domain::of(span) == Some(domain))
        {
            count += 1;
            let complain = |expected: String, seen: String| Failure {
                what: format!(
                    "{} {} of trace {} lacks an attribute",
                    span.title(),
                    span.span_id,
                    trace.trace_id
                ),
                expected,
                seen,
                likely_cause: format!(
                    "{} does not use this boundary of shared-telemetry",
                    span.service
                ),
            };
            let has = |key: &&&str| {
                !span
                    .attributes
                    .get(**key)
                    .is_none_or(|value| value.is_null() || value == "")
            };
            if let Some(missing) = domain.required(span.kind).iter().find(|key| !has(key)) {
                return Err(complain(
                    format!("attribute {missing}"),
                    "no such attribute".to_owned(),
                )
                .into());
            }
            if let Some(system) = span
                .attributes
                .get("messaging.system")
                .filter(|system| *system != "kafka")
            {
                return Err(
                    complain("messaging.system kafka".to_owned(), format!("{system}")).into(),
                );
            }
        }
    }
    Ok(format!("complete on {count} spans"))
}
