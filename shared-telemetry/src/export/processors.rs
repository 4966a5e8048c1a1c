//! The SDK's processors, on queues of our own.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter, LogProcessor, SdkLogRecord};
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};

use super::queue::Exporting;
use super::worker::Sink;

/// A log record and who made it.
pub(crate) type Record = (SdkLogRecord, InstrumentationScope);

/// Ended spans on their way into the queue.
#[derive(Debug)]
pub(crate) struct Spans(pub(crate) Arc<Exporting<SpanData>>);

impl SpanProcessor for Spans {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.0.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.stop(timeout)
    }
}

/// Log records on their way into the queue.
#[derive(Debug)]
pub(crate) struct Records(pub(crate) Arc<Exporting<Record>>);

impl LogProcessor for Records {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        self.0.push((record.clone(), scope.clone()));
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.stop(timeout)
    }
}

/// An exporter of spans behind a queue.
pub(super) struct SpanSink<E>(pub(super) E);

impl<E: SpanExporter + 'static> Sink for SpanSink<E> {
    type Item = SpanData;

    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.export(batch).await
    }

    fn shutdown(&self) {
        // It holds nothing back, so it has nothing to tell.
        let _ = self.0.shutdown();
    }
}

/// An exporter of log records behind a queue.
pub(super) struct RecordSink<E>(pub(super) E);

impl<E: LogExporter + 'static> Sink for RecordSink<E> {
    type Item = Record;

    async fn export(&self, batch: Vec<Record>) -> OTelSdkResult {
        let batch: Vec<_> = batch
            .iter()
            .map(|(record, scope)| (record, scope))
            .collect();
        self.0.export(LogBatch::new(&batch)).await
    }

    fn shutdown(&self) {
        // It holds nothing back, so it has nothing to tell.
        let _ = self.0.shutdown();
    }
}
