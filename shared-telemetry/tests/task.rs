//! The boundary inside a process: tasks, threads and channels.

#[path = "support/root.rs"]
mod root;

use std::pin::Pin;

use root::in_root;
use shared_telemetry::testing::{SpanKind, recorder};
use shared_telemetry::{TraceId, baggage, current, task};
use tokio::sync::mpsc;
use tracing::Instrument as _;

/// Some work with a span of its own, which gives the trace that it belongs to.
async fn work() -> TraceId {
    async { current::trace_id().expect("its own span is active") }
        .instrument(tracing::info_span!("work"))
        .await
}

fn blocking_work() -> TraceId {
    let id = || current::trace_id().expect("its own span is active");
    tracing::info_span!("work").in_scope(id)
}

/// The span of the work is the child of the root span that was active at the hand-off.
#[track_caller]
fn assert_joined(boundary: &str, id: TraceId) {
    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    let work = trace.one("work", SpanKind::Internal);
    trace.assert_child(boundary, root, work);
}

#[tokio::test]
#[allow(clippy::disallowed_methods)] // The bug that this test shows.
async fn a_bare_spawn_makes_an_orphan() {
    let (id, orphan) = in_root(async { tokio::spawn(work()).await.unwrap() }).await;
    assert_ne!(orphan, id, "the work is in a trace of its own");
    assert_eq!(recorder().trace(id).len(), 1, "the root stands alone");
    let lost = recorder().trace(orphan);
    assert_eq!(lost.len(), 1, "{lost}");
}

#[tokio::test]
async fn a_task_joins_the_trace_of_its_spawner() {
    let (id, _) = in_root(async { task::spawn(work()).await.unwrap() }).await;
    assert_joined("task::spawn", id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_joins_the_trace_on_another_thread_too() {
    let (id, _) = in_root(async { task::spawn(work()).await.unwrap() }).await;
    assert_joined("task::spawn on another worker", id);
}

#[tokio::test]
async fn the_blocking_pool_joins_the_trace() {
    let (id, _) = in_root(async { task::spawn_blocking(blocking_work).await.unwrap() }).await;
    assert_joined("task::spawn_blocking", id);
}

#[tokio::test]
async fn a_thread_joins_the_trace() {
    let (id, name) = in_root(async {
        let named = || {
            blocking_work();
            std::thread::current().name().map(ToOwned::to_owned)
        };
        task::thread("sweeper", named).unwrap().join().unwrap()
    })
    .await;
    assert_eq!(name.as_deref(), Some("sweeper"));
    assert_joined("task::thread", id);
}

#[tokio::test]
async fn work_carried_through_a_channel_joins_the_trace_of_its_sender() {
    type Job = Pin<Box<dyn Future<Output = TraceId> + Send>>;
    let (sender, mut receiver) = mpsc::channel::<Job>(1);
    // The worker is there before the request, and belongs to none.
    let worker = task::spawn(async move { receiver.recv().await.unwrap().await });
    let (id, ()) = in_root(async {
        sender.send(Box::pin(task::carry(work()))).await.unwrap();
    })
    .await;
    assert_eq!(worker.await.unwrap(), id);
    assert_joined("task::carry", id);
}

#[tokio::test]
#[allow(clippy::async_yields_async)] // Awaited when the root has ended.
async fn a_task_that_outlives_its_request_does_not_hold_the_requests_span_open() {
    let (release, held) = tokio::sync::oneshot::channel::<()>();
    let (id, task) = in_root(async {
        task::spawn(async {
            let _ = held.await;
            work().await
        })
    })
    .await;
    assert_eq!(recorder().trace(id).len(), 1, "the root has ended");
    release.send(()).unwrap();
    assert_eq!(task.await.unwrap(), id);
    assert_joined("task::spawn", id);
}

#[tokio::test]
async fn baggage_comes_along() {
    let tier = || baggage::get("app.customer.tier");
    let entries = [("app.customer.tier", "gold".to_owned())];
    let (task, pool) = baggage::scope(entries, async {
        let task = task::spawn(async move { tier() }).await.unwrap();
        (task, task::spawn_blocking(tier).await.unwrap())
    })
    .await;
    assert_eq!(task.as_deref(), Some("gold"));
    assert_eq!(pool.as_deref(), Some("gold"));
}

#[tokio::test]
#[allow(clippy::async_yields_async)] // Awaited when the root has ended.
async fn a_worker_thread_is_clean_after_the_work() {
    // One blocking thread: the second job runs where the first one ran.
    let pool = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (_, first) = in_root(async {
        let _entered = pool.enter();
        task::spawn_blocking(current::trace_id)
    })
    .await;
    assert!(first.await.unwrap().is_some());
    // Handed over without a context: it sees what the thread has kept.
    let second = pool.spawn_blocking(current::trace_id);
    assert_eq!(second.await.unwrap(), None);
    pool.shutdown_background();
}
