//! A root span for each test, so that each looks at a trace of its own.

use shared_telemetry::TraceId;
use shared_telemetry::current;
use shared_telemetry::testing::recorder;
use tracing::Instrument as _;

/// Runs `work` inside a new root span and gives the trace's id with what came out.
pub(crate) async fn in_root<F: Future>(work: F) -> (TraceId, F::Output) {
    // Before the first span: what starts without a subscriber is never recorded.
    let _recorder = recorder();
    let root = tracing::info_span!(parent: None, "root");
    let work = async {
        let id = current::trace_id().expect("the root span is active");
        (id, work.await)
    };
    let (id, output) = work.instrument(root).await;
    // A library may hold the span for a moment longer: sqlx's worker thread does.
    let ended = recorder().trace_when(id, |trace| trace.has("root")).await;
    assert!(ended.has("root"), "the root has not ended:\n{ended}");
    (id, output)
}
