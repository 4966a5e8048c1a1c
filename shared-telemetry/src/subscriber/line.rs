//! The text of a log line, as JSON and for eyes.

use std::fmt::{Debug, Display, Write};
use std::time::SystemTime;

use opentelemetry::trace::SpanContext;
use tracing::Metadata;
use tracing::field::{Field, Visit};

use super::filter::is_named;
use crate::redact::{self, Kind};

const MESSAGE: &str = "message";

/// Everything before the message and the fields, the object left open.
pub(super) fn json_head(
    line: &mut String,
    now: SystemTime,
    metadata: &Metadata<'_>,
    service: &str,
    span: Option<&SpanContext>,
) {
    let _ = write!(
        line,
        "{{\"timestamp\":\"{}\"",
        humantime::format_rfc3339_micros(now)
    );
    let _ = write!(line, ",\"level\":\"{}\",\"service\":", metadata.level());
    json_text(line, service);
    match span {
        Some(span) => {
            let _ = write!(
                line,
                ",\"trace_id\":\"{}\",\"span_id\":\"{}\",\"trace_flags\":\"{:02x}\"",
                span.trace_id(),
                span.span_id(),
                span.trace_flags().to_u8(),
            );
        }
        None => line.push_str(",\"trace_id\":\"-\",\"span_id\":\"-\",\"trace_flags\":\"-\""),
    }
    line.push_str(",\"target\":");
    json_text(line, metadata.target());
    if is_named(metadata) {
        line.push_str(",\"event\":");
        json_text(line, metadata.name());
    }
}

/// `text` as a JSON string, escaped.
fn json_text(line: &mut String, text: &str) {
    line.push('"');
    let _ = JsonEscaper(line).write_str(text);
    line.push('"');
}

/// Escapes what is written through it, so that values need no buffer of their own.
struct JsonEscaper<'a>(&'a mut String);

impl Write for JsonEscaper<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            match character {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                '\t' => self.0.push_str("\\t"),
                control if control < ' ' => write!(self.0, "\\u{:04x}", u32::from(control))?,
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// Writes `"message":…` and `"fields":{…}` of an event. `tracing` records a message first, before
/// any field; an event without one has none.
pub(super) struct JsonFields<'a> {
    line: &'a mut String,
    /// Holds a value while it is searched for secrets.
    value: &'a mut String,
    open: bool,
}

impl<'a> JsonFields<'a> {
    pub(super) fn new(line: &'a mut String, value: &'a mut String) -> Self {
        Self {
            line,
            value,
            open: false,
        }
    }

    fn key(&mut self, field: &Field) {
        self.line
            .push_str(if self.open { "," } else { ",\"fields\":{" });
        self.open = true;
        json_text(self.line, field.name());
        self.line.push(':');
    }

    fn plain(&mut self, field: &Field, secret: Option<Kind>, value: impl Display) {
        self.key(field);
        let _ = match secret {
            None => write!(self.line, "{value}"),
            Some(kind) => write!(self.line, "\"{}\"", kind.marker()),
        };
    }

    pub(super) fn finish(self) {
        self.line.push_str(if self.open { "}}" } else { "}" });
    }
}

impl Visit for JsonFields<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        let secret = redact::number(field.name(), value.unsigned_abs());
        self.plain(field, secret, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, redact::number(field.name(), value), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, None, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.plain(field, redact::fraction(field.name(), value), value);
        } else {
            // JSON has no word for them.
            self.key(field);
            json_text(self.line, &value.to_string());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == MESSAGE && !self.open {
            self.line.push_str(",\"message\":");
        } else {
            self.key(field);
        }
        self.value.clear();
        let _ = write!(self.value, "{value:?}");
        json_text(self.line, &redact::value(field.name(), self.value));
    }
}

/// Time, level and service.
pub(super) fn pretty_head(
    line: &mut String,
    now: SystemTime,
    metadata: &Metadata<'_>,
    service: &str,
) {
    let stamp = humantime::format_rfc3339_millis(now).to_string();
    // The day is known to who sits in front of the terminal.
    let clock = stamp.get(11..23).unwrap_or(&stamp);
    let _ = write!(
        line,
        "{clock} {:>5} {service:<11} ",
        metadata.level().as_str()
    );
}

/// The ids, last, where they do not push the message out of sight.
pub(super) fn pretty_tail(line: &mut String, span: Option<&SpanContext>) {
    if let Some(span) = span {
        let _ = write!(
            line,
            "  trace_id={} span_id={}",
            span.trace_id(),
            span.span_id()
        );
    }
}

/// Writes the message and `key=value` pairs.
pub(super) struct PrettyFields<'a> {
    line: &'a mut String,
    value: &'a mut String,
    /// What stands between two of them; the SDK's own events have their message last.
    separator: &'static str,
}

impl<'a> PrettyFields<'a> {
    pub(super) fn new(line: &'a mut String, value: &'a mut String) -> Self {
        Self {
            line,
            value,
            separator: "",
        }
    }

    pub(super) fn finish(self) {
        // A message may bring its own line break; a log line is one line.
        while self.line.ends_with('\n') {
            self.line.pop();
        }
    }
}

impl Visit for PrettyFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.line.push_str(self.separator);
        self.separator = " ";
        self.value.clear();
        let _ = write!(self.value, "{value:?}");
        if field.name() != MESSAGE {
            self.line.push_str(field.name());
            self.line.push('=');
        }
        self.line.push_str(&redact::value(field.name(), self.value));
    }
}
