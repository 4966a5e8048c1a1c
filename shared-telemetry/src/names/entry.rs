//! What an entry of the dictionary says.

use opentelemetry::trace::SpanKind;

use super::Instrument;

/// One name that telemetry may contain.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name. For a span it is a pattern, see [`What::Span`].
    pub name: &'static str,
    /// What is called so.
    pub what: What,
    /// What it means, in one sentence without its full stop.
    pub meaning: &'static str,
    /// Who has chosen the name.
    pub source: Source,
    /// Whether everyday work shows it.
    pub seen: Seen,
}

/// What is called by a name.
#[derive(Debug, Clone)]
pub enum What {
    /// A span. In its name `{key}` stands for the value of the span's own attribute `key`: a
    /// span's name has as few values as those attributes have together.
    Span {
        /// The span's kind.
        kind: SpanKind,
        /// The attributes that every such span has.
        always: &'static [&'static str],
    },
    /// An attribute of a span.
    Attribute(Type),
    /// An event of a span.
    Event {
        /// The attributes that every such event has.
        always: &'static [&'static str],
    },
    /// An attribute of an event.
    EventAttribute(Type),
    /// An attribute of the Resource.
    Resource(Type),
    /// A key of a log line on standard output.
    LineKey(Type),
    /// A field of a log line, which is an attribute of the log record too.
    LogField(Type),
    /// A metric, see [`super::Metric`].
    Metric {
        /// How its values are added up.
        instrument: Instrument,
        /// The unit by UCUM.
        unit: &'static str,
        /// The keys that its data points may have.
        attributes: &'static [&'static str],
    },
    /// An attribute of a metric's data points.
    MetricAttribute(Type),
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number of 64 bits with a sign.
    Int,
    /// True or false.
    Bool,
    /// A JSON object; in log lines only.
    Object,
}

/// Who has chosen a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// OpenTelemetry's semantic conventions v1.44.0.
    Conventions,
    /// The same conventions, which have since given the thing another name.
    Deprecated,
    /// This system.
    Ours,
}

/// Whether everyday work shows a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A running system shows it all the time.
    Always,
    /// Only under these circumstances, told as the rest of a sentence that begins with "when".
    When(&'static str),
}

impl Source {
    /// The word for tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conventions => "conventions",
            Self::Deprecated => "conventions, deprecated",
            Self::Ours => "ours",
        }
    }
}

impl Type {
    /// The word for tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Object => "object",
        }
    }
}

impl Entry {
    /// An entry of an application, for a table beside [`super::all`].
    #[must_use]
    pub const fn ours(name: &'static str, what: What, seen: Seen, meaning: &'static str) -> Self {
        Self {
            name,
            what,
            meaning,
            source: Source::Ours,
            seen,
        }
    }

    /// The same entry, whose name is one of the semantic conventions.
    #[must_use]
    pub const fn of_conventions(mut self) -> Self {
        self.source = Source::Conventions;
        self
    }
}
