//! Secrets get into the system by every input, and none comes out of a process: in no span, log
//! record, log line, metric, and in nothing that is sent on in the headers of messages.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod canaries;
mod collector;
mod over_grpc;
mod over_http;
mod over_kafka;

use std::time::{Duration, Instant};

use system_tests::{Demo, DemoBuilder};

use canaries::Canaries;
use collector::Collector;

/// Lets the secrets in and gives all that left: signals, lines, headers of messages.
async fn all_that_left(redaction: &str, canaries: &Canaries) -> [(&'static str, String); 3] {
    let collector = Collector::start().await;
    let mut demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("TELEMETRY_REDACTION", redaction)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .env("DEMO_FAULTS", "on")
        .env("RUST_LOG", "debug")
        .start();
    over_http::send(&demo, canaries).await;
    over_grpc::send(&grpc_address(&demo).await, canaries).await;
    let brokers = demo.url("kafka");
    let dead = over_kafka::send(&brokers, canaries).await;
    // Behind all the others in the queue.
    demo.order().await;
    let written = over_kafka::written(&brokers, dead);
    // Everybody delivers what is left.
    demo.stop();
    let received = collector.received();
    for signal in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
        assert!(received.contains(signal), "nothing came to {signal}");
    }
    [
        ("OTLP", received),
        ("standard output", demo.output()),
        ("headers of messages", written),
    ]
}

/// The demo tells it to people only.
async fn grpc_address(demo: &Demo) -> String {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let output = demo.output();
        let told = output.split("gRPC ").nth(1);
        if let Some(address) = told.and_then(|rest| rest.split_whitespace().next()) {
            return address.to_owned();
        }
        assert!(Instant::now() < deadline, "no address of gRPC in {output}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_a_process() {
    let canaries = Canaries::default();
    let left = all_that_left("on", &canaries).await;
    let mut leaks = Vec::new();
    for (way, text) in &left {
        for leak in canaries.found_in(text) {
            let at = text.find(&leak.trace).unwrap();
            let context: String = text[..at].chars().rev().take(200).collect();
            let context: String = context.chars().rev().collect();
            leaks.push(format!("{} by {way}: …{context}{}", leak.label, leak.trace));
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n\n")
    );
    let (_, received) = &left[0];
    assert!(
        received.contains("[redacted:email]"),
        "the secrets were not even told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redaction_the_same_secrets_are_found_everywhere() {
    let canaries = Canaries::default();
    let left = all_that_left("off", &canaries).await;
    for (way, text) in &left {
        let found = canaries.found_in(text).len();
        assert!(found > 0, "the check would not see a leak by {way}");
    }
}
