//! `tracing` events become OTLP log records.

use std::fmt::Debug;

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry_sdk::logs::{SdkLogRecord, SdkLogger, SdkLoggerProvider};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::filter::is_named;
use crate::limits::beginning;
use crate::redact::{self, Kind};

/// The same words that [`super::lines`] writes, as records: level, target, message, fields. The
/// ids are those of the active context, which the SDK's logger reads.
///
/// Only an event that was named by its author has an EventName: for the data model that is the
/// event's class, and the place in a source file, which `tracing` makes up otherwise, is none.
///
/// Source: OpenTelemetry specification, "Logs Data Model", field EventName.
pub(super) struct Records {
    logger: SdkLogger,
    max_chars: usize,
}

impl Records {
    pub(super) fn new(provider: &SdkLoggerProvider, max_chars: usize) -> Self {
        Self {
            // The target is the scope that is exported.
            logger: provider.logger(""),
            max_chars,
        }
    }
}

impl<S: Subscriber> Layer<S> for Records {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut record = self.logger.create_log_record();
        record.set_target(metadata.target());
        if is_named(metadata) {
            record.set_event_name(metadata.name());
        }
        record.set_severity_number(severity(*metadata.level()));
        record.set_severity_text(metadata.level().as_str());
        event.record(&mut Fields {
            record: &mut record,
            max_chars: self.max_chars,
        });
        self.logger.emit(record);
    }
}

const fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        Level::ERROR => Severity::Error,
    }
}

/// Writes the message as the body and the fields as attributes, redacted, then cut to the limit: a
/// secret that was cut is no longer known for what it was.
struct Fields<'r> {
    record: &'r mut SdkLogRecord,
    max_chars: usize,
}

impl Fields<'_> {
    fn text(&mut self, field: &Field, text: &str) {
        let text = redact::value(field.name(), text);
        let value = AnyValue::from(beginning(&text, self.max_chars).to_owned());
        if field.name() == "message" {
            self.record.set_body(value);
        } else {
            self.record.add_attribute(field.name(), value);
        }
    }

    fn number(&mut self, field: &Field, secret: Option<Kind>, value: impl Into<AnyValue>) {
        let value = secret.map_or_else(|| value.into(), |kind| kind.marker().into());
        self.record.add_attribute(field.name(), value);
    }
}

impl Visit for Fields<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        let kind = redact::number(field.name(), value.unsigned_abs());
        self.number(field, kind, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.record_i64(field, value),
            // OpenTelemetry has no unsigned integers.
            Err(_) => self.text(field, &value.to_string()),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, redact::fraction(field.name(), value), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.record.add_attribute(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }
}
