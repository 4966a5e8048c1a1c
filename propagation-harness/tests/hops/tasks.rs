//! Tasks, blocking work, threads and channels: the boundaries inside a process.

use std::pin::Pin;

use propagation_harness::{Boundary, Caller, Landing, Observation};
use shared_telemetry::task;
use shared_telemetry::testing::SpanKind;
use tokio::sync::{mpsc, oneshot};

/// What is active in the work behind the hand-off, in which a span begins too.
fn work() -> Landing {
    let landing = Landing::here();
    tracing::info_span!("work").in_scope(|| ());
    landing
}

/// Runs `hand_off`, whose answer is that of [`work`], for each kind of caller, and checks both.
async fn assert_carried(hop: Boundary, hand_off: impl AsyncFn() -> Landing) {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let both = async |sent: Landing| (sent, hand_off().await);
        let (sent, landed) = caller.run(both).await;
        if caller.sampled() {
            let recorded = observation
                .recorded_when(|recorded| recorded.has("caller") && recorded.has("work"))
                .await;
            let around = recorded.one("caller", SpanKind::Internal);
            hop.child(&recorded, around, SpanKind::Internal, "work");
        }
        hop.same_span(&sent, &landed);
        if !caller.sampled() {
            hop.not_recorded(&observation.recorded(), &["caller", "work"]);
        }
    }
}

#[tokio::test]
async fn a_spawned_task_goes_on_in_the_span_of_its_caller() {
    let spawn = async || task::spawn(async { work() }).await.unwrap();
    assert_carried(Boundary::Spawn, spawn).await;
}

#[tokio::test]
async fn blocking_work_goes_on_in_the_span_of_its_caller() {
    let spawn = async || task::spawn_blocking(work).await.unwrap();
    assert_carried(Boundary::SpawnBlocking, spawn).await;
}

#[tokio::test]
async fn a_thread_goes_on_in_the_span_of_its_caller() {
    let thread = async || task::thread("harness", work).unwrap().join().unwrap();
    assert_carried(Boundary::Thread, thread).await;
}

#[tokio::test]
async fn a_job_in_a_channel_goes_on_in_the_span_of_who_sent_it() {
    type Job = Pin<Box<dyn Future<Output = ()> + Send>>;
    let (jobs, mut queue) = mpsc::channel::<Job>(1);
    // A worker that began before any caller came.
    let worker = task::spawn(async move {
        while let Some(job) = queue.recv().await {
            job.await;
        }
    });
    let through_the_channel = async || {
        let (answer, answered) = oneshot::channel();
        let job = task::carry(async move { answer.send(work()).unwrap() });
        jobs.send(Box::pin(job)).await.unwrap();
        answered.await.unwrap()
    };
    assert_carried(Boundary::Channel, through_the_channel).await;
    drop(jobs);
    worker.await.unwrap();
}
