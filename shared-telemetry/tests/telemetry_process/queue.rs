//! A full queue drops, and says so. It never delays.

use std::io::Read as _;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

use crate::child::{Work, run, run_until};
use crate::collector::{Collector, serve};
use crate::metrics::value;

pub(crate) fn burst() {
    let begin = Instant::now();
    for _ in 0..1_000 {
        tracing::info_span!("burst").in_scope(|| ());
    }
    println!("\nBURST {}", begin.elapsed().as_millis());
}

pub(crate) fn burst_and_wait() {
    burst();
    let mut rest = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut rest);
}

const SMALL: [(&str, &str); 2] = [
    ("OTEL_BSP_MAX_QUEUE_SIZE", "20"),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"),
];

#[tokio::test]
async fn a_silent_collector_delays_nobody_and_every_dropped_span_is_counted_and_told_once() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}/v1/traces", silent.local_addr().unwrap());
    let collector = Collector::http().await;
    let mut environment = collector.environment(&SMALL);
    environment.extend([
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", nowhere.as_str()),
        ("CHILD_STOP_LIMIT_MS", "1000"),
        // Sent while the program runs: the end has no time left for it.
        ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
    ]);
    let ended = run_until(Work::BurstAndWait, &environment, "spans is full").await;

    let took: u64 = ended.said("BURST ").parse().unwrap();
    assert!(took < 5_000, "{took} ms for a thousand spans");
    let warnings = ended.warnings();
    let full = "the export queue of 20 spans is full: spans are dropped until it has room; \
                OTEL_BSP_MAX_QUEUE_SIZE makes it longer";
    assert_eq!(
        warnings.iter().filter(|line| *line == full).count(),
        1,
        "{warnings:?}"
    );
    let processed = "otel.sdk.processor.span.processed";
    let dropped = value(&collector, processed, &[("error.type", "queue_full")]);
    let waiting = value(&collector, "otel.sdk.processor.span.queue.size", &[]);
    let sent = value(&collector, "otel.sdk.exporter.span.inflight", &[]);
    assert_eq!(dropped + waiting + sent, 1_000);
    // The first batch of ten was taken in the middle of the burst, or only behind it.
    assert!((10..=20).contains(&waiting), "{waiting}");
    let (result, time) = ended.stopped();
    assert!(time < Duration::from_secs(4), "{time:?}");
    assert!(result.contains("spans not delivered: 1000"), "{result}");
}

#[tokio::test]
async fn when_the_queue_has_room_again_that_is_told_with_the_number_that_all_others_agree_with() {
    // Slow, so that a burst is too much for the queue.
    let slow = async |_: axum::body::Bytes| tokio::time::sleep(Duration::from_millis(100)).await;
    let traces = serve(Router::new().route("/v1/traces", post(slow))).await;
    let traces = format!("http://{traces}/v1/traces");
    let collector = Collector::http().await;
    let mut environment = collector.environment(&SMALL);
    environment.extend([
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces.as_str()),
        // Looked at so often: the burst is over by then.
        ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
    ]);
    let ended = run_until(Work::BurstAndWait, &environment, "has room again").await;

    let processed = "otel.sdk.processor.span.processed";
    let dropped = value(&collector, processed, &[("error.type", "queue_full")]);
    assert!((900..1_000).contains(&dropped), "{dropped}");
    let warnings = ended.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let again = format!("the export queue has room again: {dropped} spans were dropped");
    assert_eq!(warnings[1], again);
    assert_eq!(
        ended.stopped().0,
        format!("telemetry was not flushed in full: spans not delivered: {dropped}")
    );
}

#[tokio::test]
async fn a_queue_that_is_large_enough_loses_nothing_of_a_burst() {
    let collector = Collector::grpc().await;
    let ended = run(Work::Burst, &collector.environment(&[])).await;
    assert_eq!(ended.stopped().0, "ok");
    assert_eq!(collector.spans().len(), 1_000);
    assert_eq!(ended.warnings(), [""; 0]);
}
