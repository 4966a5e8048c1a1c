//! What the export tells about itself, as metrics.
//!
//! The counts are kept anyway and read when metrics are collected, so that they cost a request
//! nothing.

use std::sync::Arc;

use opentelemetry_sdk::trace::SpanData;

use super::processors::Record;
use super::queue::{Counts, Exporting};
use crate::config::OtlpProtocol;
use crate::metrics::{self, Attribute, Metric};
use crate::names::{
    ERROR_TYPE, LOG_QUEUE_CAPACITY, LOG_QUEUE_SIZE, LOGS_EXPORTED, LOGS_IN_FLIGHT, LOGS_PROCESSED,
    OTEL_COMPONENT_NAME, OTEL_COMPONENT_TYPE, SPAN_QUEUE_CAPACITY, SPAN_QUEUE_SIZE, SPANS_EXPORTED,
    SPANS_IN_FLIGHT, SPANS_PROCESSED,
};

pub(super) fn spans(exporting: &Arc<Exporting<SpanData>>, protocol: OtlpProtocol) {
    let exporter = match protocol {
        OtlpProtocol::Grpc => "otlp_grpc_span_exporter/0",
        OtlpProtocol::HttpProtobuf => "otlp_http_span_exporter/0",
    };
    OF_SPANS.report(exporting, "batching_span_processor/0", exporter);
}

pub(super) fn relayed_spans(exporting: &Arc<Exporting<SpanData>>, protocol: OtlpProtocol) {
    let exporter = match protocol {
        OtlpProtocol::Grpc => "otlp_grpc_span_exporter/1",
        OtlpProtocol::HttpProtobuf => "otlp_http_span_exporter/1",
    };
    OF_SPANS.report(exporting, "batching_span_processor/1", exporter);
}

const OF_SPANS: SignalMetrics = SignalMetrics {
    size: &SPAN_QUEUE_SIZE,
    capacity: &SPAN_QUEUE_CAPACITY,
    processed: &SPANS_PROCESSED,
    in_flight: &SPANS_IN_FLIGHT,
    exported: &SPANS_EXPORTED,
};

pub(super) fn logs(exporting: &Arc<Exporting<Record>>, protocol: OtlpProtocol) {
    let exporter = match protocol {
        OtlpProtocol::Grpc => "otlp_grpc_log_exporter/0",
        OtlpProtocol::HttpProtobuf => "otlp_http_log_exporter/0",
    };
    let metrics = SignalMetrics {
        size: &LOG_QUEUE_SIZE,
        capacity: &LOG_QUEUE_CAPACITY,
        processed: &LOGS_PROCESSED,
        in_flight: &LOGS_IN_FLIGHT,
        exported: &LOGS_EXPORTED,
    };
    metrics.report(exporting, "batching_log_processor/0", exporter);
}

/// The same five for each signal.
struct SignalMetrics {
    size: &'static Metric,
    capacity: &'static Metric,
    processed: &'static Metric,
    in_flight: &'static Metric,
    exported: &'static Metric,
}

impl SignalMetrics {
    /// `processor` and `exporter` are the components' names, which begin with their types.
    fn report<T>(
        &self,
        exporting: &Arc<Exporting<T>>,
        processor: &'static str,
        exporter: &'static str,
    ) where
        T: Send + std::fmt::Debug + 'static,
    {
        let of = |exporting: &Arc<Exporting<T>>| Arc::clone(exporting);
        let one = of(exporting);
        metrics::gauge(self.size, move |observe| {
            observe(number(one.waiting() as u64), &component(processor));
        });
        let one = of(exporting);
        metrics::gauge(self.capacity, move |observe| {
            let capacity = one.shared().settings.capacity as u64;
            observe(number(capacity), &component(processor));
        });
        let one = of(exporting);
        metrics::gauge(self.processed, move |observe| {
            let counts = &one.shared().counts;
            let handed = [
                &counts.exported,
                &counts.timed_out,
                &counts.failed,
                &counts.in_flight,
            ];
            let handed = handed.into_iter().map(Counts::read).sum();
            observe(number(handed), &component(processor));
            let dropped = Counts::read(&counts.queue_full);
            observe(number(dropped), &failed(processor, "queue_full"));
            let late = Counts::read(&counts.already_shutdown);
            observe(number(late), &failed(processor, "already_shutdown"));
        });
        let one = of(exporting);
        metrics::gauge(self.in_flight, move |observe| {
            let in_flight = Counts::read(&one.shared().counts.in_flight);
            observe(number(in_flight), &component(exporter));
        });
        let one = of(exporting);
        metrics::gauge(self.exported, move |observe| {
            let counts = &one.shared().counts;
            let exported = Counts::read(&counts.exported);
            observe(number(exported), &component(exporter));
            let timed_out = Counts::read(&counts.timed_out);
            observe(number(timed_out), &failed(exporter, "timeout"));
            let other = Counts::read(&counts.failed);
            observe(number(other), &failed(exporter, "_OTHER"));
        });
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn component(name: &'static str) -> [Attribute; 2] {
    let (of, _) = name.split_once('/').unwrap_or((name, ""));
    [
        (OTEL_COMPONENT_TYPE, of.into()),
        (OTEL_COMPONENT_NAME, name.into()),
    ]
}

fn failed(name: &'static str, why: &'static str) -> [Attribute; 3] {
    let [of, name] = component(name);
    [of, name, (ERROR_TYPE, why.into())]
}
