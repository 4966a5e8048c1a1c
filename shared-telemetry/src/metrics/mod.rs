//! Metrics: what spans can't tell, because nothing happens while it is so. How full a queue is,
//! how many messages wait, how many connections are in use, what was dropped.
//!
//! What spans do tell (rates, durations, errors) is left to them: a collector can count it, and
//! a second count in the process would only disagree.
//!
//! Each metric is a constant of the dictionary, a [`Metric`]. An instrument is made from it once
//! for the process, as a `static`:
//!
//! ```
//! use shared_telemetry::metrics::{self, Counter};
//! use shared_telemetry::names::{Instrument, Metric, Seen};
//!
//! const HITS: Metric = Metric::ours(
//!     "app.cache.hits", Instrument::Counter, "{hit}", &[], Seen::Always, "answers from the cache",
//! );
//! const FREE: Metric = Metric::ours(
//!     "app.tables.free", Instrument::Gauge, "{table}", &["app.room"], Seen::Always, "free tables",
//! );
//! static CACHE_HITS: Counter = Counter::new(&HITS);
//!
//! // Counted where it happens …
//! CACHE_HITS.add(1, &[]);
//! // … or read when metrics are collected, on a thread of telemetry's own.
//! metrics::gauge(&FREE, |observe| observe(3, &[("app.room", "garden".into())]));
//! ```
//!
//! Before `Telemetry::start`, and where no metrics are exported, all this does nothing and costs
//! one atomic read.
//!
//! A data point has the attributes that its metric lists and no other, and the SDK keeps at most
//! 2,000 combinations of their values for each metric: what comes beyond is added up in one data
//! point with `otel.metric.overflow`.

mod export;
mod instruments;
mod observed;

use std::sync::OnceLock;

use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry::{KeyValue, Value};

pub use crate::names::{Instrument, Metric};
pub(crate) use export::MetricExporting;
pub use instruments::{Counter, Histogram, SECONDS, UpDownCounter};
pub use observed::{Observe, gauge};

/// An attribute of a data point.
pub type Attribute = (&'static str, Value);

/// Where this process's instruments are made. Unset: nobody wants metrics.
static METER: OnceLock<Meter> = OnceLock::new();

/// Makes `provider` the one that instruments are made by; only the first call counts.
pub(crate) fn install(provider: &impl MeterProvider) {
    // The first provider stays: instruments may exist already.
    let _ = METER.set(provider.meter(crate::SCOPE));
}

/// The attributes that `metric` may have.
fn key_values(metric: &Metric, attributes: &[Attribute]) -> Vec<KeyValue> {
    attributes
        .iter()
        .filter(|(key, _)| {
            let listed = metric.attributes.contains(key);
            debug_assert!(listed, "{key} is no attribute of {}", metric.name);
            listed
        })
        .map(|(key, value)| {
            let mut attribute = KeyValue::new(*key, value.clone());
            crate::redact::key_value(&mut attribute);
            attribute
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::BAGGAGE_ENTRIES_DROPPED;

    /// In a program without debug assertions the key is left out instead.
    #[test]
    #[should_panic(expected = "door.id is no attribute of baggage.dropped")]
    fn a_key_that_the_dictionary_does_not_list_is_found_by_the_first_test_that_uses_it() {
        key_values(&BAGGAGE_ENTRIES_DROPPED, &[("door.id", 7.into())]);
    }
}
