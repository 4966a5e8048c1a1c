//! Failure on a span: an `exception` event that says what went wrong, and status ERROR that
//! says that it did.
//!
//! Both are needed. The event alone leaves the span green in every backend and out of every
//! error rate; the status alone tells nobody why.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error;
use std::fmt::Write as _;
use std::panic::Location;

use opentelemetry::trace::{SpanRef, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::names;

/// Records `error` on the active span: an `exception` event with `exception.type`,
/// `exception.message` and `exception.stacktrace`, attribute `error.type`, status ERROR.
///
/// Call it where the operation that the span describes has failed, not where an error is merely
/// seen: an error that a retry cured belongs in a plain event. The stack trace is the place of
/// this call, the chain of sources, and, with `RUST_BACKTRACE=1`, the backtrace.
///
/// Source: OpenTelemetry semantic conventions, "Recording errors" and "Exceptions in spans".
#[track_caller]
pub fn record<E: Error + 'static>(error: &E) {
    // Asked for here: inside the closure the caller would be this line.
    let place = Location::caller();
    Context::map_current(|context| record_on(&context.span(), error, place));
}

pub(crate) fn record_on<E: Error + 'static>(span: &SpanRef<'_>, error: &E, place: &Location<'_>) {
    if !span.is_recording() {
        return;
    }
    let kind = short_type_name::<E>();
    let message = error.to_string();
    span.add_event(
        names::EXCEPTION,
        vec![
            KeyValue::new(names::EXCEPTION_TYPE, kind),
            KeyValue::new(names::EXCEPTION_MESSAGE, message.clone()),
            KeyValue::new(names::EXCEPTION_STACKTRACE, stacktrace(error, place)),
        ],
    );
    span.set_attribute(KeyValue::new(names::ERROR_TYPE, kind));
    span.set_status(Status::error(message));
}

fn stacktrace(error: &dyn Error, place: &Location<'_>) -> String {
    let mut text = format!("{error}\n   at {place}");
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, "\ncaused by: {cause}");
        source = cause.source();
    }
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        let _ = write!(text, "\n{backtrace}");
    }
    text
}

/// `error.type` for an error that has no code of its own.
pub(crate) fn type_name_of<E: Error>(_: &E) -> &'static str {
    short_type_name::<E>()
}

/// The type's path without generic arguments, which may be long: `sqlx_core::error::Error`.
fn short_type_name<E>() -> &'static str {
    let full = std::any::type_name::<E>();
    full.split('<').next().unwrap_or(full)
}
