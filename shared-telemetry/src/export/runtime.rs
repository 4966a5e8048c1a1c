//! The runtime on which exporters work, so that they can't lose data at shutdown and can't trace
//! themselves.

use opentelemetry::Context;
use tokio::runtime::{Builder, Handle, Runtime};

/// One thread of its own, for all I/O of exporters.
///
/// On the program's runtime the gRPC exporter can starve: its connection is a task there, and
/// the thread that waits for the last export may be the one that has to run it. On a runtime of
/// its own, spans arrive whatever the program's runtime is, or whether there is one.
///
/// Dropping it never waits: what was to be delivered has been. And it may be dropped in async
/// code, where dropping a plain runtime panics.
pub(super) struct ExportRuntime {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl ExportRuntime {
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("otlp-export")
            .enable_all()
            .on_thread_start(|| {
                // What the exporter's own HTTP/2 stack says about itself must not become
                // telemetry: each export would cause the next. The subscriber's gate obeys this
                // mark. (A subscriber of the thread's own would have to be asked at every
                // callsite of the process.) The guard lasts as long as the thread.
                std::mem::forget(Context::enter_telemetry_suppressed_scope());
            })
            .build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for ExportRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
