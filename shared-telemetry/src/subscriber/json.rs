//! A log line as JSON.
//!
//! A line is written byte by byte into one buffer, and what is the same in every line, names and
//! quotes, is copied in pieces as long as possible: the machinery of `format!` costs more than the
//! rest of the line.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use opentelemetry::trace::SpanContext;
use tracing::field::{Field, Visit};
use tracing::{Level, Metadata};

use super::filter::is_named;
use super::{MESSAGE, json_text::escaped};
use crate::propagation::traceparent::hex;
use crate::redact::{self, Kind};

/// Begins lines.
pub(super) struct Heads {
    /// What stands between the time and the ids, for each level.
    levels: [Box<str>; 5],
}

const LEVELS: [Level; 5] = [
    Level::ERROR,
    Level::WARN,
    Level::INFO,
    Level::DEBUG,
    Level::TRACE,
];

impl Heads {
    pub(super) fn new(service: &str) -> Self {
        let levels = LEVELS.map(|level| {
            let mut text = Vec::new();
            escaped(&mut text, service);
            let service = String::from_utf8_lossy(&text);
            format!("\",\"level\":\"{level}\",\"service\":\"{service}\"").into()
        });
        Self { levels }
    }

    /// Everything before the message and the fields, the object left open.
    pub(super) fn begin(
        &self,
        line: &mut Vec<u8>,
        stamp: &[u8],
        metadata: &Metadata<'_>,
        span: Option<&SpanContext>,
    ) {
        let level = match *metadata.level() {
            Level::ERROR => 0,
            Level::WARN => 1,
            Level::INFO => 2,
            Level::DEBUG => 3,
            Level::TRACE => 4,
        };
        line.extend_from_slice(b"{\"timestamp\":\"");
        line.extend_from_slice(stamp);
        line.extend_from_slice(self.levels[level].as_bytes());
        match span {
            Some(span) => line.extend_from_slice(&ids(span)),
            None => line
                .extend_from_slice(b",\"trace_id\":\"-\",\"span_id\":\"-\",\"trace_flags\":\"-\""),
        }
        line.extend_from_slice(b",\"target\":\"");
        escaped(line, metadata.target());
        if is_named(metadata) {
            line.extend_from_slice(b"\",\"event\":\"");
            escaped(line, metadata.name());
        }
        line.push(b'"');
    }
}

/// The ids, written over the zeros of a text of fixed length.
fn ids(span: &SpanContext) -> [u8; 94] {
    let mut text = *b",\"trace_id\":\"00000000000000000000000000000000\",\
        \"span_id\":\"0000000000000000\",\"trace_flags\":\"00\"";
    hex::encode(&span.trace_id().to_bytes(), &mut text[13..45]);
    hex::encode(&span.span_id().to_bytes(), &mut text[58..74]);
    hex::encode(&[span.trace_flags().to_u8()], &mut text[91..93]);
    text
}

/// Writes `"message":…` and `"fields":{…}` of an event. `tracing` records a message first, before
/// any field; an event without one has none.
pub(super) struct Fields<'a> {
    line: &'a mut Vec<u8>,
    /// Holds a value while it is searched for secrets.
    value: &'a mut String,
    open: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(line: &'a mut Vec<u8>, value: &'a mut String) -> Self {
        Self {
            line,
            value,
            open: false,
        }
    }

    fn key(&mut self, field: &Field) {
        let before: &[u8] = if self.open {
            b",\""
        } else {
            b",\"fields\":{\""
        };
        self.line.extend_from_slice(before);
        self.open = true;
        escaped(self.line, field.name());
        self.line.extend_from_slice(b"\":");
    }

    fn text(&mut self, field: &Field, value: &str) {
        let clean = if field.name() == MESSAGE && !self.open {
            self.line.extend_from_slice(b",\"message\":\"");
            redact::message(value)
        } else {
            self.key(field);
            self.line.push(b'"');
            redact::value(field.name(), value)
        };
        escaped(self.line, &clean);
        self.line.push(b'"');
    }

    fn secret(&mut self, kind: Kind) {
        self.line.push(b'"');
        self.line.extend_from_slice(kind.marker().as_bytes());
        self.line.push(b'"');
    }

    fn number(&mut self, field: &Field, sign: &[u8], digits: u64) {
        self.key(field);
        if let Some(kind) = redact::number(field.name(), digits) {
            return self.secret(kind);
        }
        self.line.extend_from_slice(sign);
        let mut text = [0; 20];
        let (mut begin, mut rest) = (text.len(), digits);
        while begin == text.len() || rest > 0 {
            begin -= 1;
            text[begin] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.line.extend_from_slice(&text[begin..]);
    }

    pub(super) fn finish(self) {
        let end: &[u8] = if self.open { b"}}" } else { b"}" };
        self.line.extend_from_slice(end);
    }
}

impl Visit for Fields<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        self.number(field, sign, value.unsigned_abs());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, b"", value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.key(field);
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.line.extend_from_slice(word);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.key(field);
        if let Some(kind) = redact::fraction(field.name(), value) {
            self.secret(kind);
        } else if value.is_finite() {
            let _ = write!(self.line, "{value}");
        } else {
            // JSON has no word for them.
            let _ = write!(self.line, "\"{value}\"");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = std::mem::take(self.value);
        text.clear();
        let _ = write!(text, "{value:?}");
        self.text(field, &text);
        *self.value = text;
    }
}
