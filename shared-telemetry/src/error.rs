//! Failure on a span: an `exception` event that says what went wrong, and status ERROR that
//! says that it did.
//!
//! Both are needed. The event alone leaves the span green in every backend and out of every
//! error rate; the status alone tells nobody why.

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
/// this call and the chain of sources. There is no backtrace, whatever `RUST_BACKTRACE` says: to
/// resolve the first one takes a fifth of a second and a hundred megabytes, and a caller's bad
/// request must not have that effect.
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

/// An error with its sources in one line: why, and why that. For log lines and messages; a span
/// has the chain in `exception.stacktrace`.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Some errors have told their source already.
        let why = cause.to_string();
        if !text.contains(&why) {
            text = format!("{text}: {why}");
        }
        source = cause.source();
    }
    text
}

fn stacktrace(error: &dyn Error, place: &Location<'_>) -> String {
    let mut text = format!("{error}\n   at {place}");
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, "\ncaused by: {cause}");
        source = cause.source();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the letter was not sent")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_chain_tells_why_and_why_that_and_nothing_twice() {
        let refused = std::io::Error::other("connection refused");
        assert_eq!(
            chain(&Outer(refused)),
            "the letter was not sent: connection refused"
        );
        assert_eq!(chain(&std::io::Error::other("alone")), "alone");
    }
}
