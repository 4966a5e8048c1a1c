//! Values that are read when metrics are collected, instead of told when they change.

use std::panic::{AssertUnwindSafe, catch_unwind};

use opentelemetry::metrics::AsyncInstrument;

use super::{Attribute, Instrument, METER, Metric, key_values};

/// Takes one value of a metric and the attributes that set it apart from the metric's others.
pub type Observe<'o> = &'o dyn Fn(i64, &[Attribute]);

/// Has `read` asked for the metric's values at each collection: once in
/// `OTEL_METRIC_EXPORT_INTERVAL`, on a thread of telemetry's own, until the process ends. Call it
/// once for a metric, after `Telemetry::start`; before that, and where no metrics are exported,
/// it does nothing.
///
/// The metric is a gauge, an up-down counter or a counter; for a counter `read` gives the sum so
/// far. `read` must be quick and must not block: all other metrics wait for it.
///
/// # Panics
/// When the metric is a histogram.
pub fn gauge<F>(metric: &'static Metric, read: F)
where
    F: Fn(Observe<'_>) + Send + Sync + 'static,
{
    assert!(
        !matches!(metric.instrument, Instrument::Histogram(_)),
        "{} is a histogram, whose values can't be read at a moment",
        metric.name
    );
    let Some(meter) = METER.get() else {
        return;
    };
    match metric.instrument {
        Instrument::Counter => drop(
            meter
                .u64_observable_counter(metric.name)
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .with_callback(callback(metric, read, |value| {
                    u64::try_from(value).unwrap_or(0)
                }))
                .build(),
        ),
        Instrument::UpDownCounter => drop(
            meter
                .i64_observable_up_down_counter(metric.name)
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .with_callback(callback(metric, read, |value| value))
                .build(),
        ),
        Instrument::Gauge | Instrument::Histogram(_) => drop(
            meter
                .i64_observable_gauge(metric.name)
                .with_unit(metric.unit)
                .with_description(metric.meaning)
                .with_callback(callback(metric, read, |value| value))
                .build(),
        ),
    }
}

fn callback<F, T>(
    metric: &'static Metric,
    read: F,
    number: fn(i64) -> T,
) -> impl Fn(&dyn AsyncInstrument<T>) + Send + Sync + 'static
where
    F: Fn(Observe<'_>) + Send + Sync + 'static,
    T: 'static,
{
    move |instrument| {
        // A panic here would end the thread that collects, and with it all metrics.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            read(&|value, attributes| {
                instrument.observe(number(value), &key_values(metric, attributes));
            });
        }));
    }
}
