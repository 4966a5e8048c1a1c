//! Metrics kept in memory.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

/// The metrics of this process.
#[derive(Debug, Clone)]
pub struct Meter {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

/// The process's meter, installed by the first call. Call it before what is to be measured
/// starts: a gauge that was asked for earlier is not read.
#[must_use]
pub fn meter() -> Meter {
    static METER: OnceLock<Meter> = OnceLock::new();
    METER.get_or_init(install).clone()
}

fn install() -> Meter {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    crate::metrics::install(&provider);
    Meter { exporter, provider }
}

impl Meter {
    /// Collects, and gives the value of the metric's data point with these attributes, in any
    /// order and no others. For counters, up-down counters and gauges.
    ///
    /// # Panics
    /// When metrics cannot be collected.
    #[must_use]
    pub fn value(&self, metric: &str, attributes: &[(&str, &str)]) -> Option<i64> {
        self.exporter.reset();
        self.provider.force_flush().expect("kept in memory");
        let exported = self.exporter.get_finished_metrics();
        let exported = exported.expect("the exporter's lock is never poisoned");
        let scopes = exported.iter().flat_map(|export| export.scope_metrics());
        let found = scopes.flat_map(|scope| scope.metrics());
        found
            .filter(|found| found.name() == metric)
            .find_map(|found| match found.data() {
                AggregatedMetrics::I64(data) => point(data, attributes),
                AggregatedMetrics::U64(data) => {
                    point(data, attributes).and_then(|value| i64::try_from(value).ok())
                }
                AggregatedMetrics::F64(_) => None,
            })
    }

    /// The same, once it is `wanted`; what it is by then, if ten seconds were not enough. For what
    /// becomes so by itself, a moment after the answer that it belongs to.
    ///
    /// # Panics
    /// When metrics cannot be collected.
    pub async fn settles(
        &self,
        metric: &str,
        attributes: &[(&str, &str)],
        wanted: i64,
    ) -> Option<i64> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let value = self.value(metric, attributes);
            if value == Some(wanted) || Instant::now() > deadline {
                return value;
            }
            tokio::task::yield_now().await;
        }
    }
}

fn point<T: Copy>(data: &MetricData<T>, wanted: &[(&str, &str)]) -> Option<T> {
    match data {
        MetricData::Gauge(gauge) => gauge
            .data_points()
            .find(|point| are(point.attributes(), wanted))
            .map(|point| point.value()),
        MetricData::Sum(sum) => sum
            .data_points()
            .find(|point| are(point.attributes(), wanted))
            .map(|point| point.value()),
        MetricData::Histogram(_) | MetricData::ExponentialHistogram(_) => None,
    }
}

fn are<'p>(attributes: impl Iterator<Item = &'p KeyValue>, wanted: &[(&str, &str)]) -> bool {
    let attributes: Vec<_> = attributes.collect();
    let has = |&(key, value): &(&str, &str)| {
        attributes
            .iter()
            .any(|pair| pair.key.as_str() == key && pair.value.as_str() == value)
    };
    attributes.len() == wanted.len() && wanted.iter().all(has)
}
