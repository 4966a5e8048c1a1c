//! A trace as the commands see it, whichever backend it came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// All spans of one trace id that the backend has.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Trace {
    pub(crate) trace_id: String,
    #[serde(deserialize_with = "nanos")]
    pub(crate) start_unix_nano: u64,
    pub(crate) duration_ns: u64,
    /// By start time.
    pub(crate) spans: Vec<Span>,
    pub(crate) missing_parents: Vec<MissingParent>,
    /// Spans of any trace that link to a span of this one.
    pub(crate) linked_from: Vec<BackLink>,
    /// The backend refused some spans of this trace.
    pub(crate) truncated: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Span {
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    #[serde(deserialize_with = "nanos")]
    pub(crate) start_unix_nano: u64,
    pub(crate) duration_ns: u64,
    pub(crate) status: Status,
    /// W3C trace flags in the low eight bits; nothing where the backend does not keep them.
    pub(crate) flags: Option<u32>,
    pub(crate) attributes: BTreeMap<String, Value>,
    pub(crate) events: Vec<Event>,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
    #[serde(other)]
    Unspecified,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "INTERNAL",
            Self::Server => "SERVER",
            Self::Client => "CLIENT",
            Self::Producer => "PRODUCER",
            Self::Consumer => "CONSUMER",
            Self::Unspecified => "NO KIND",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Status {
    pub(crate) code: StatusCode,
    #[serde(default)]
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StatusCode {
    Ok,
    Error,
    #[serde(other)]
    Unset,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Event {
    pub(crate) name: String,
    #[serde(deserialize_with = "nanos")]
    pub(crate) time_unix_nano: u64,
    pub(crate) attributes: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Link {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    /// The backend has that span now.
    pub(crate) found: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MissingParent {
    pub(crate) span_id: String,
    pub(crate) parent_span_id: String,
}

/// A span elsewhere that links to `to_span_id` here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct BackLink {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) to_span_id: String,
}

/// One line of a search.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Summary {
    pub(crate) trace_id: String,
    #[serde(deserialize_with = "nanos")]
    pub(crate) start_unix_nano: u64,
    pub(crate) root: Option<Root>,
}

/// Whose span a trace starts with.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Root {
    pub(crate) service: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Log {
    pub(crate) service: String,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    /// Body and attributes, as the backend has them.
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

impl Span {
    pub(crate) const fn end_unix_nano(&self) -> u64 {
        self.start_unix_nano.saturating_add(self.duration_ns)
    }

    pub(crate) fn is(&self, service: &str, kind: Kind, name: &str) -> bool {
        self.service == service && self.kind == kind && self.name == name
    }

    pub(crate) fn links_to(&self, trace_id: &str, span_id: &str) -> bool {
        self.links
            .iter()
            .any(|link| link.trace_id == trace_id && link.span_id == span_id)
    }

    /// ``gateway CLIENT `GET` ``.
    pub(crate) fn title(&self) -> String {
        format!("{} {} `{}`", self.service, self.kind.as_str(), self.name)
    }
}

impl Trace {
    pub(crate) fn span(&self, span_id: &str) -> Option<&Span> {
        self.spans.iter().find(|span| span.span_id == span_id)
    }

    pub(crate) fn parent(&self, span: &Span) -> Option<&Span> {
        self.span(span.parent_span_id.as_deref()?)
    }

    pub(crate) fn children<'a>(&'a self, span: &'a Span) -> impl Iterator<Item = &'a Span> {
        let is_child =
            |other: &&Span| other.parent_span_id.as_deref() == Some(span.span_id.as_str());
        self.spans.iter().filter(is_child)
    }

    /// Whether `span` is below `ancestor`. Ends on a cycle of parents, too.
    pub(crate) fn is_below(&self, span: &Span, ancestor: &Span) -> bool {
        let mut at = span;
        for _ in 0..self.spans.len() {
            match self.parent(at) {
                Some(parent) if parent.span_id == ancestor.span_id => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    }

    pub(crate) fn below<'a>(&'a self, ancestor: &'a Span) -> impl Iterator<Item = &'a Span> {
        self.spans
            .iter()
            .filter(|span| self.is_below(span, ancestor))
    }
}

/// The viewer writes times as decimal strings, because JSON numbers lose nanoseconds.
fn nanos<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}
