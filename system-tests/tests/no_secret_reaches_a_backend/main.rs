//! Secrets get into the system by every input, and none of them is in any backend: not in what it
//! answers, not in its files, not in the collector's queues and logs. Real programs, no container: the
//! demo on PostgreSQL, the collector with the files of `collector/`, Loki and Prometheus with those of
//! `backends/`, the trace viewer in the places of Tempo and Jaeger.
//!
//! Redaction is done twice, in the process and in the collector. So each is also proven with the other
//! switched off, and with both off the secrets are found: the check can fail.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod backends;
mod collector;
mod programs;
mod stack;
mod stranger;

use std::collections::BTreeSet;
use std::time::Duration;

use system_tests::DemoBuilder;
use system_tests::canaries::{self, Canaries, Databases};

use programs::Programs;
use stack::{Found, Stack};

/// Nothing that a test waits for takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who takes secrets out.
#[derive(Clone, Copy)]
struct Redacting {
    process: bool,
    collector: bool,
}

/// What of the secrets is where in the end, the services' standard output first; `None` where this
/// machine has not all programs.
async fn run(redacting: Redacting) -> Option<Found> {
    let programs = Programs::find()?;
    let databases = Databases::start().await?;
    let canaries = Canaries::default();
    let stack = Stack::start(&programs, redacting.collector).await;
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    let demo = databases.under(canaries::into_resources(demo, &canaries));
    let mut demo = demo
        .env(
            "TELEMETRY_REDACTION",
            if redacting.process { "on" } else { "off" },
        )
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", stack.otlp())
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .env("DEMO_FAULTS", "on")
        .env("RUST_LOG", "debug")
        .start();
    let mut dead = canaries::let_in(&demo, &canaries).await;
    dead += databases.let_in(&demo, &canaries).await;
    // Each message has been worked on when its dead letter is there.
    let _ = canaries::written(&demo.url("kafka"), dead);
    // Everybody delivers what is left.
    demo.stop();
    stack.all_delivered().await;
    let mut found = vec![("standard output", canaries.found_in(&demo.output()))];
    found.extend(stack.search(&canaries).await);
    println!(
        "{} canaries in {} places; process {}, collector {}:",
        canaries.count(),
        canaries.places().len(),
        if redacting.process { "on" } else { "off" },
        if redacting.collector { "on" } else { "off" },
    );
    for (place, leaks) in &found {
        println!("{:>6} in {place}", leaks.len());
    }
    let anywhere: BTreeSet<_> = found.iter().flat_map(|(_, leaks)| leaks).collect();
    let places = labels(&found).len();
    println!("{:>6} anywhere, of {places} places", anywhere.len());
    Some(found)
}

/// The places from which any of the secrets came.
fn labels(found: &Found) -> BTreeSet<&str> {
    let leaks = found.iter().flat_map(|(_, leaks)| leaks);
    leaks.map(|leak| leak.label.as_str()).collect()
}

/// Fails with each secret and where it is.
fn assert_none(found: &[(&str, Vec<canaries::Leak>)]) {
    let all = found.iter().flat_map(|(place, leaks)| {
        let tell =
            move |leak: &canaries::Leak| format!("{} ({}) in {place}", leak.label, leak.trace);
        leaks.iter().map(tell)
    });
    let all: Vec<_> = all.collect();
    assert!(all.is_empty(), "{} leaks:\n{}", all.len(), all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redaction_in_both_no_secret_is_in_any_backend() {
    let both = Redacting {
        process: true,
        collector: true,
    };
    let Some(found) = run(both).await else { return };
    assert_none(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redaction_in_the_process_alone_no_secret_is_in_any_backend() {
    let process = Redacting {
        process: true,
        collector: false,
    };
    let Some(found) = run(process).await else {
        return;
    };
    assert_none(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redaction_in_the_collector_alone_no_secret_is_in_any_backend() {
    let collector = Redacting {
        process: false,
        collector: true,
    };
    let Some(found) = run(collector).await else {
        return;
    };
    // Standard output does not go through a collector.
    let (output, mut backends) = (found[0].clone(), found[1..].to_vec());
    assert!(!output.1.is_empty(), "the services were to tell secrets");
    // Nothing reaches a link. That of a message's process span has the tracestate of its producer,
    // in the queues as in what shows traces.
    for (place, leaks) in &mut backends {
        let shows_links = place.starts_with("trace viewer") || place.ends_with("queues");
        let of_a_link = |leak: &canaries::Leak| {
            let words = ["tracestate of a message", "tracestate of POST /checkout"];
            words.iter().any(|words| leak.label.contains(words))
        };
        leaks.retain(|leak| !(shows_links && of_a_link(leak)));
    }
    assert_none(&backends);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_redaction_every_backend_has_secrets() {
    let none = Redacting {
        process: false,
        collector: false,
    };
    let Some(found) = run(none).await else { return };
    for (place, leaks) in &found {
        let stores = !place.ends_with("log");
        assert!(
            !stores || !leaks.is_empty(),
            "a leak to {place} would not be seen"
        );
    }
    assert!(
        labels(&found).len() >= 100,
        "too few places are put to the test"
    );
}
