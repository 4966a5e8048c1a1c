//! A log line for eyes.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use opentelemetry::trace::SpanContext;
use tracing::Metadata;
use tracing::field::{Field, Visit};

use super::MESSAGE;
use crate::redact;

/// Time, level and service.
pub(super) fn begin(line: &mut Vec<u8>, stamp: &[u8], metadata: &Metadata<'_>, service: &str) {
    // The day is known to who sits in front of the terminal.
    line.extend_from_slice(&stamp["2026-11-21T".len().."2026-11-21T19:53:03.123".len()]);
    let _ = write!(line, " {:>5} {service:<11} ", metadata.level().as_str());
}

/// The ids, last, where they do not push the message out of sight.
pub(super) fn end(line: &mut Vec<u8>, span: Option<&SpanContext>) {
    if let Some(span) = span {
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        let _ = write!(line, "  trace_id={trace_id} span_id={span_id}");
    }
}

/// Writes the message and `key=value` pairs.
pub(super) struct Fields<'a> {
    line: &'a mut Vec<u8>,
    value: &'a mut String,
    /// What stands between two of them; the SDK's own events have their message last.
    separator: &'static str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(line: &'a mut Vec<u8>, value: &'a mut String) -> Self {
        Self {
            line,
            value,
            separator: "",
        }
    }

    pub(super) fn finish(self) {
        // A message may bring its own line break; a log line is one line.
        while self.line.ends_with(b"\n") {
            self.line.pop();
        }
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.line.extend_from_slice(self.separator.as_bytes());
        self.separator = " ";
        self.value.clear();
        let _ = write!(self.value, "{value:?}");
        if field.name() != MESSAGE {
            self.line.extend_from_slice(field.name().as_bytes());
            self.line.push(b'=');
        }
        let clean = redact::value(field.name(), self.value);
        self.line.extend_from_slice(clean.as_bytes());
    }
}
