//! Every name that telemetry of this crate may contain, with type, meaning and source: one
//! dictionary, from which pages are made and against which tests hold what was really emitted.
//!
//! An attribute has a constant here, and the constant's line is its entry. An application keeps a
//! table of [`Entry`] of its own beside this one.
//!
//! The conventions meant are OpenTelemetry's semantic conventions v1.44.0.

mod attributes;
mod entry;
mod events;
mod lines;
mod metric;
mod metrics;
mod resource;
mod spans;

pub use attributes::*;
pub use entry::{Entry, Seen, Source, Type, What};
pub use events::*;
pub use metric::{Instrument, Metric};
pub use metrics::*;
pub use opentelemetry::trace::SpanKind;
pub use resource::*;

/// Tables with constants: a line makes both.
macro_rules! entries {
    ($(#[$doc:meta])* $table:ident: $what:path, $source:expr;
     $($constant:ident = $name:literal: $type:ident, $seen:expr, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $constant: &str = $name;)*
        $(#[$doc])*
        pub(super) const $table: &[$crate::names::Entry] = &[
            $($crate::names::Entry {
                name: $name,
                what: $what($crate::names::Type::$type),
                meaning: $meaning,
                source: $source,
                seen: $seen,
            },)*
        ];
    };
}
use entries;

/// All entries, the most important signal first.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [
        spans::SPANS,
        attributes::ATTRIBUTES,
        events::EVENTS,
        events::EVENT_ATTRIBUTES,
        events::OWN_EVENT_ATTRIBUTES,
        resource::FOUND,
        resource::SDK,
        lines::LINES,
        metrics::METRICS,
        metrics::METRIC_ATTRIBUTES,
        metrics::ERROR_TYPE_OF_METRICS,
    ]
    .into_iter()
    .flatten()
    .chain(crate::semconv_opt_in::ENTRIES)
}
