//! Kinds and statuses that the conventions do not have for what a span says it is.

use super::Domain;
use crate::lint::captured::{Captured, Span};
use crate::lint::finding::Findings;
use crate::trace::{Kind, StatusCode};

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    for span in &captured.spans {
        let Some(domain) = Domain::of(span) else {
            continue;
        };
        let expected = kinds(domain, span);
        if !expected.contains(&span.kind) {
            let words: Vec<_> = expected.iter().map(|kind| kind.as_str()).collect();
            findings.add(
                "wrong-kind",
                captured.title(span),
                span.ids(),
                "backends draw service maps and measure latency by the kind",
                format!("make it {}", words.join(" or ")),
            );
        }
        if let Some((why, fix)) = wrong_status(domain, span) {
            findings.add("wrong-status", captured.title(span), span.ids(), why, fix);
        }
    }
}

fn kinds(domain: Domain, span: &Span) -> &'static [Kind] {
    match domain {
        Domain::Http | Domain::Rpc => &[Kind::Server, Kind::Client],
        // INTERNAL is for a database within the process.
        Domain::Database => &[Kind::Client, Kind::Internal],
        Domain::Messaging => match span.text("messaging.operation.type") {
            // CLIENT where each message has a span of its own that created it.
            Some("send") => &[Kind::Producer, Kind::Client],
            Some("create") => &[Kind::Producer],
            Some("process") => &[Kind::Consumer],
            Some("receive" | "settle") => &[Kind::Client],
            _ => &[Kind::Producer, Kind::Consumer, Kind::Client],
        },
    }
}

/// Why a status is wrong and what it should be.
fn wrong_status(domain: Domain, span: &Span) -> Option<(String, String)> {
    let failed = span.status == StatusCode::Error;
    let (said, is_failure) = match domain {
        Domain::Http => {
            let code = span
                .int("http.response.status_code")
                .or_else(|| span.int("http.status_code"))?;
            let is_failure = code >= 500 || (code >= 400 && span.kind == Kind::Client);
            (format!("HTTP {code}"), is_failure)
        }
        Domain::Rpc => {
            let code = span.text("rpc.response.status_code")?;
            let is_failure = match span.kind {
                Kind::Client => code != "OK",
                _ => BROKEN.contains(&code),
            };
            (code.to_owned(), is_failure)
        }
        Domain::Database | Domain::Messaging => {
            (format!("`error.type` {}", span.text("error.type")?), true)
        }
    };
    let kind = span.kind.as_str();
    if is_failure && !failed {
        return Some((
            format!(
                "{said} is a failure for a {kind} span, and without ERROR no error rate has it"
            ),
            "set the status to ERROR".to_owned(),
        ));
    }
    // A failure of another sort, such as an answer that broke off, names its own type.
    let own = span
        .text("error.type")
        .is_some_and(|kind| !said.ends_with(kind));
    (failed && !is_failure && !own).then(|| {
        (
            format!("{said} is no failure for a {kind} span: it would make the error rate a lie"),
            "leave the status unset".to_owned(),
        )
    })
}

/// Codes by which a gRPC server says that it is broken; the others are answers.
const BROKEN: [&str; 6] = [
    "UNKNOWN",
    "DEADLINE_EXCEEDED",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
];
