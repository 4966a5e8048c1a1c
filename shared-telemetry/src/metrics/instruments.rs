//! Instruments that are told what happens, when it happens.

use std::sync::OnceLock;

use opentelemetry::metrics::{self as api, Meter};

use super::{Attribute, Instrument, METER, Metric, key_values};

/// Bounds for durations in seconds, as the semantic conventions advise.
pub const SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// An instrument that is made when it is first needed and metrics are wanted, so that it can be a
/// `static`.
#[derive(Debug)]
struct Lazy<I> {
    metric: &'static Metric,
    made: OnceLock<I>,
}

impl<I> Lazy<I> {
    const fn new(metric: &'static Metric) -> Self {
        Self {
            metric,
            made: OnceLock::new(),
        }
    }

    fn get(&self, make: impl FnOnce(&Meter, &'static Metric) -> I) -> Option<&I> {
        let meter = METER.get()?;
        Some(self.made.get_or_init(|| make(meter, self.metric)))
    }
}

/// A sum that only grows.
#[derive(Debug)]
pub struct Counter(Lazy<api::Counter<u64>>);

impl Counter {
    /// The instrument of `metric`. Make it once, as a `static`.
    ///
    /// # Panics
    /// When the metric is no counter; in a `static` the compiler says so.
    #[must_use]
    pub const fn new(metric: &'static Metric) -> Self {
        assert!(matches!(metric.instrument, Instrument::Counter));
        Self(Lazy::new(metric))
    }

    /// Adds `amount`.
    pub fn add(&self, amount: u64, attributes: &[Attribute]) {
        let counter = self.0.get(|meter, metric| {
            let builder = meter.u64_counter(metric.name);
            builder
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .build()
        });
        if let Some(counter) = counter {
            counter.add(amount, &key_values(self.0.metric, attributes));
        }
    }
}

/// A sum that grows and shrinks.
#[derive(Debug)]
pub struct UpDownCounter(Lazy<api::UpDownCounter<i64>>);

impl UpDownCounter {
    /// The instrument of `metric`. Make it once, as a `static`.
    ///
    /// # Panics
    /// When the metric is no up-down counter; in a `static` the compiler says so.
    #[must_use]
    pub const fn new(metric: &'static Metric) -> Self {
        assert!(matches!(metric.instrument, Instrument::UpDownCounter));
        Self(Lazy::new(metric))
    }

    /// Adds `amount`, which may be negative.
    pub fn add(&self, amount: i64, attributes: &[Attribute]) {
        let counter = self.0.get(|meter, metric| {
            let builder = meter.i64_up_down_counter(metric.name);
            builder
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .build()
        });
        if let Some(counter) = counter {
            counter.add(amount, &key_values(self.0.metric, attributes));
        }
    }
}

/// How often a value fell between bounds.
#[derive(Debug)]
pub struct Histogram(Lazy<api::Histogram<f64>>);

impl Histogram {
    /// The instrument of `metric`. Make it once, as a `static`.
    ///
    /// # Panics
    /// When the metric is no histogram; in a `static` the compiler says so.
    #[must_use]
    pub const fn new(metric: &'static Metric) -> Self {
        assert!(matches!(metric.instrument, Instrument::Histogram(_)));
        Self(Lazy::new(metric))
    }

    /// Counts `value`, in the metric's unit.
    pub fn record(&self, value: f64, attributes: &[Attribute]) {
        let histogram = self.0.get(|meter, metric| {
            let builder = meter.f64_histogram(metric.name);
            let builder = match metric.instrument {
                Instrument::Histogram(bounds) => builder.with_boundaries(bounds.to_vec()),
                _ => builder,
            };
            builder
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .build()
        });
        if let Some(histogram) = histogram {
            histogram.record(value, &key_values(self.0.metric, attributes));
        }
    }
}
