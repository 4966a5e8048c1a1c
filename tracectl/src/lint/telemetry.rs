//! The rules for captured telemetry.

mod deprecated;
mod kind_and_status;
mod orphans;
mod personal;
mod required;
mod span_names;
#[cfg(test)]
mod tests;

use super::captured::{Attributes, Captured, Span, Value};
use super::finding::Findings;
use crate::trace::Kind;

pub(super) fn lint(captured: &Captured) -> Findings {
    let mut findings = Findings::default();
    deprecated::check(captured, &mut findings);
    span_names::check(captured, &mut findings);
    kind_and_status::check(captured, &mut findings);
    orphans::check(captured, &mut findings);
    required::check(captured, &mut findings);
    personal::check(captured, &mut findings);
    findings
}

/// What a span says that it is about, by the key that says which system it talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    Rpc,
    Messaging,
    Database,
    Http,
}

impl Domain {
    /// RPC, messages and databases may travel over HTTP and say so too; they come first.
    const ALL: [(Self, [&'static str; 2], &'static str); 4] = [
        (Self::Rpc, ["rpc.system.name", "rpc.system"], "rpc."),
        (
            Self::Messaging,
            ["messaging.system", "messaging.operation"],
            "messaging.",
        ),
        (Self::Database, ["db.system.name", "db.system"], "db."),
        (Self::Http, ["http.request.method", "http.method"], "http."),
    ];

    /// By the key that the conventions require.
    fn of(span: &Span) -> Option<Self> {
        let says = |keys: &[&str]| keys.iter().any(|key| span.has(key));
        let found = Self::ALL.iter().find(|(_, keys, _)| says(keys));
        found.map(|(domain, ..)| *domain)
    }

    /// By any key at all, for spans that cross a process's border.
    fn of_boundary(span: &Span) -> Option<Self> {
        if matches!(span.kind, Kind::Internal | Kind::Unspecified) {
            return None;
        }
        let found = Self::ALL
            .iter()
            .find(|(.., prefix)| span.has_any_below(prefix));
        Self::of(span).or(found.map(|(domain, ..)| *domain))
    }
}

/// One set of attributes, with where it is.
struct Place<'c> {
    attributes: &'c Attributes,
    /// For a finding, after "`key` of".
    title: String,
    example: Option<String>,
}

/// Every set of attributes in the capture.
fn each_place<'c>(captured: &'c Captured, mut see: impl FnMut(Place<'c>)) {
    for resource in &captured.resources {
        see(Place {
            attributes: &resource.attributes,
            title: format!("the Resource of {}", resource.service()),
            example: None,
        });
    }
    for span in &captured.spans {
        let title = captured.title(span);
        see(Place {
            attributes: &span.attributes,
            title: title.clone(),
            example: span.ids(),
        });
        for event in &span.events {
            see(Place {
                attributes: &event.attributes,
                title: format!("event `{}` of {title}", event.name),
                example: span.ids(),
            });
        }
        for link in &span.links {
            see(Place {
                attributes: link,
                title: format!("a link of {title}"),
                example: span.ids(),
            });
        }
    }
    for log in &captured.logs {
        see(Place {
            attributes: &log.attributes,
            title: format!("a log record of {}", captured.service(log.resource)),
            example: None,
        });
    }
}

/// Every text in the capture, with its key (empty for a name, a body or a message) and its place.
fn each_text(captured: &Captured, see: &mut impl FnMut(&str, &str, &str, Option<String>)) {
    each_place(captured, |place| {
        for (key, value) in place.attributes {
            let title = format!("`{key}` of {}", place.title);
            value.each_text(&mut |text| see(key, text, &title, place.example.clone()));
        }
    });
    for span in &captured.spans {
        let service = captured.service(span.resource);
        let kind = span.kind.as_str();
        // The name itself is the leak: it is not repeated.
        let title = format!("the name of a {kind} span of {service}");
        see("", &span.name, &title, span.ids());
        let title = format!("the status message of {}", captured.title(span));
        see("", &span.status_message, &title, span.ids());
    }
    for log in &captured.logs {
        let title = format!(
            "the body of a log record of {}",
            captured.service(log.resource)
        );
        let body: &Value = &log.body;
        body.each_text(&mut |text| see("", text, &title, None));
    }
}
