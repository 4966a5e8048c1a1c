//! OTLP exporters, built so that they can't lose data at shutdown and can't trace themselves.

use opentelemetry::Context;
use opentelemetry_otlp::{ExporterBuildError, LogExporter, SpanExporter};
use tokio::runtime::{Builder, Runtime};
use tracing::subscriber::NoSubscriber;

/// The runtime on which exporters do their I/O: one thread of its own.
///
/// On the program's runtime the gRPC exporter can starve: its connection is a task there, and
/// the thread that waits in `shutdown` may be the one that has to run it. On a runtime of its
/// own, spans arrive whatever the program's runtime is, or whether there is one.
///
/// Dropping it never waits: what was to be delivered has been, by the providers' shutdown. And it
/// may be dropped in async code, where dropping a plain runtime panics.
pub(crate) struct ExportRuntime(Option<Runtime>);

impl ExportRuntime {
    pub(crate) fn start() -> std::io::Result<Self> {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("otlp-export")
            .enable_all()
            .on_thread_start(|| {
                // What the exporter's own HTTP/2 stack says about itself must not become
                // telemetry: each export would cause the next. Both guards last as long as the
                // thread.
                std::mem::forget(tracing::subscriber::set_default(NoSubscriber::new()));
                std::mem::forget(Context::enter_telemetry_suppressed_scope());
            })
            .build()
            .map(|runtime| Self(Some(runtime)))
    }

    pub(crate) fn span_exporter(&self) -> Result<SpanExporter, ExporterBuildError> {
        let _guard = self.0.as_ref().map(Runtime::enter);
        SpanExporter::builder().build()
    }

    pub(crate) fn log_exporter(&self) -> Result<LogExporter, ExporterBuildError> {
        let _guard = self.0.as_ref().map(Runtime::enter);
        LogExporter::builder().build()
    }
}

impl Drop for ExportRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
