//! The way out: queues, exporters, and the runtime on which they work.
//!
//! ```text
//!  a span ends ── Spans ──> queue ──┐
//!  a log line  ── Records ─> queue ─┤  Worker   the export runtime: one thread
//!  every minute, metrics ───────────┘  exporter ──> collector
//! ```
//!
//! Nothing in front of a queue waits for anything behind it. What is lost is counted
//! ([`queue::Counts`]), told in the log ([`losses`]), as metrics ([`report`]) and at the end.

mod encode;
mod losses;
mod processors;
mod queue;
mod relayed;
mod report;
mod runtime;
mod send;
mod worker;

use std::sync::Arc;
use std::time::Instant;

use opentelemetry_otlp::{ExporterBuildError, LogExporter, MetricExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::LogExporter as _;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use tokio::runtime::Handle;

use crate::config::Settings;
use crate::metrics::MetricExporting;
pub(crate) use losses::Failures;
use processors::{Record, RecordSink, SpanSink};
pub(crate) use processors::{Records, Spans};
use queue::{Exporting, Signal, left};
pub(crate) use relayed::Relayed;
use runtime::ExportRuntime;
use send::Sender;

/// All that leaves this process.
#[derive(Default)]
pub(crate) struct Exports {
    pub(crate) spans: Option<Arc<Exporting<SpanData>>>,
    pub(crate) logs: Option<Arc<Exporting<Record>>>,
    metrics: Option<MetricExporting>,
    /// Where spans are exported, those of others can be too.
    pub(crate) relayed: Option<Relayed>,
    /// Held for the exporters, which live on it.
    runtime: Option<ExportRuntime>,
}

impl Exports {
    /// Starts what `settings` wants. A signal whose exporter can't be made is not exported, and
    /// `warnings` says why: the specification wants the program to go on.
    ///
    /// # Errors
    /// When there is no thread to export on.
    pub(crate) fn start(
        settings: &Settings,
        resource: &Resource,
        warnings: &mut Vec<String>,
    ) -> std::io::Result<Self> {
        let nothing = !settings.export_traces && !settings.export_logs;
        if settings.disabled || (nothing && settings.export_metrics.is_none()) {
            return Ok(Self::default());
        }
        let runtime = ExportRuntime::start()?;
        let handle = runtime.handle();
        // Exporters look for the runtime that they are made on.
        let _entered = handle.enter();
        let mut made = Made(warnings);
        let spans = made
            .exporter("traces", settings.export_traces, || Sender::new(settings))
            .map(|exporter| spans(Signal::Spans, exporter, settings, resource, handle));
        let logs = made
            .exporter("logs", settings.export_logs, || {
                LogExporter::builder().build()
            })
            .map(|exporter| logs(exporter, settings, resource, handle));
        let metrics = settings.export_metrics.and_then(|export| {
            made.exporter("metrics", true, || MetricExporter::builder().build())
                .map(|exporter| MetricExporting::start(exporter, export, resource, handle.clone()))
        });
        if let Some(spans) = &spans {
            report::spans(spans, settings.traces_protocol);
        }
        if let Some(logs) = &logs {
            report::logs(logs, settings.logs_protocol);
        }
        let relayed = spans
            .is_some()
            .then(|| Relayed::new(settings, resource, handle));
        Ok(Self {
            spans,
            logs,
            metrics,
            relayed,
            runtime: Some(runtime),
        })
    }

    /// Exports what is left, by `deadline` at the latest; gives what went wrong, now or before.
    pub(crate) fn stop(self, deadline: Instant) -> Vec<String> {
        let mut failures = Vec::new();
        let relayed = self.relayed.as_ref().and_then(Relayed::opened);
        // All at once: a collector that is silent for one must not cost the others their time.
        self.spans.iter().for_each(|spans| spans.begin_stop());
        self.logs.iter().for_each(|logs| logs.begin_stop());
        relayed.iter().for_each(|spans| spans.begin_stop());
        let spans = self.spans.as_deref();
        if let Some(Err(error)) = spans.map(|spans| spans.stop(left(deadline))) {
            failures.push(format!("traces: {error}"));
        }
        if let Some(Err(error)) = relayed.map(|spans| spans.stop(left(deadline))) {
            failures.push(format!("relayed traces: {error}"));
        }
        let logs = self.logs.as_deref();
        if let Some(Err(error)) = logs.map(|logs| logs.stop(left(deadline))) {
            failures.push(format!("logs: {error}"));
        }
        // Last, so that they tell what became of the others.
        if let Some(metrics) = self.metrics
            && let Err(error) = metrics.stop(deadline)
        {
            failures.push(format!("metrics: {error}"));
        }
        let lost_spans = spans.map_or(0, Exporting::undelivered);
        let lost_logs = logs.map_or(0, Exporting::undelivered);
        let lost_relayed = relayed.map_or(0, Exporting::undelivered);
        for (lost, what) in [
            (lost_spans, Signal::Spans),
            (lost_relayed, Signal::RelayedSpans),
            (lost_logs, Signal::LogRecords),
        ] {
            if lost > 0 {
                failures.push(format!("{} not delivered: {lost}", what.plural()));
            }
        }
        drop(self.runtime);
        failures
    }
}

/// Makes exporters, and says which could not be made.
struct Made<'w>(&'w mut Vec<String>);

impl Made<'_> {
    fn exporter<E>(
        &mut self,
        signal: &str,
        wanted: bool,
        make: impl FnOnce() -> Result<E, ExporterBuildError>,
    ) -> Option<E> {
        if !wanted {
            return None;
        }
        make()
            .inspect_err(|error| self.0.push(format!("{signal} are not exported: {error}")))
            .ok()
    }
}

fn spans(
    signal: Signal,
    mut exporter: Sender,
    settings: &Settings,
    resource: &Resource,
    runtime: &Handle,
) -> Arc<Exporting<SpanData>> {
    exporter.set_resource(resource);
    let (queue, sink) = (settings.span_queue, SpanSink(exporter));
    Exporting::start(signal, queue, sink, runtime)
}

fn logs(
    mut exporter: LogExporter,
    settings: &Settings,
    resource: &Resource,
    runtime: &Handle,
) -> Arc<Exporting<Record>> {
    exporter.set_resource(resource);
    let (queue, sink) = (settings.log_queue, RecordSink(exporter));
    Exporting::start(Signal::LogRecords, queue, sink, runtime)
}

#[cfg(test)]
mod tests;
