//! What services tell of their own spans, by the metrics of the SDK.

use std::collections::HashMap;

use shared_telemetry::otlp::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use shared_telemetry::otlp::proto::common::v1::{KeyValue, any_value};
use shared_telemetry::otlp::proto::metrics::v1::{metric, number_data_point};

/// Service, metric, component, `error.type`.
pub(crate) type Key = [String; 4];

/// The end of every span that did not arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The queue was full.
    pub(crate) dropped: i64,
    /// The collector did not take it, or not in time.
    pub(crate) failed: i64,
    /// In a queue, or on the way.
    pub(crate) waiting: i64,
}

impl Told {
    pub(crate) fn of(all: &HashMap<Key, i64>) -> Self {
        let sum = |wanted: &str, failed: bool| {
            let of_metric = all.iter().filter(|([_, metric, _, error], _)| {
                metric == wanted && error.is_empty() != failed
            });
            of_metric.map(|(_, value)| *value).sum::<i64>()
        };
        Self {
            dropped: sum("otel.sdk.processor.span.processed", true),
            failed: sum("otel.sdk.exporter.span.exported", true),
            waiting: sum("otel.sdk.processor.span.queue.size", false)
                + sum("otel.sdk.exporter.span.inflight", false),
        }
    }
}

/// The numbers of an export. Each is the whole until then, so that a later one replaces it.
pub(crate) fn read(export: &ExportMetricsServiceRequest) -> Vec<(Key, i64)> {
    let mut found = Vec::new();
    for group in &export.resource_metrics {
        let resource = group.resource.as_ref();
        let service = resource.map_or("", |resource| text(&resource.attributes, "service.name"));
        for metric in group.scope_metrics.iter().flat_map(|scope| &scope.metrics) {
            let points = match &metric.data {
                Some(metric::Data::Sum(sum)) => &sum.data_points,
                Some(metric::Data::Gauge(gauge)) => &gauge.data_points,
                _ => continue,
            };
            for point in points {
                let Some(number_data_point::Value::AsInt(value)) = point.value else {
                    continue;
                };
                let component = text(&point.attributes, "otel.component.name");
                let error = text(&point.attributes, "error.type");
                let key = [service, &metric.name, component, error].map(str::to_owned);
                found.push((key, value));
            }
        }
    }
    found
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> &'a str {
    let attribute = attributes.iter().find(|attribute| attribute.key == key);
    let value = attribute.and_then(|attribute| attribute.value.as_ref()?.value.as_ref());
    match value {
        Some(any_value::Value::StringValue(text)) => text,
        _ => "",
    }
}
