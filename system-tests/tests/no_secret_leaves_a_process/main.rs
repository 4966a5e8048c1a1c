//! Secrets get into the system by every input, and none comes out of a process: in no span, log
//! record, log line, metric, and in nothing that is sent on in the headers of messages.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod collector;
mod sql_errors;

use system_tests::canaries::{self, Canaries, Databases, Leak};
use system_tests::{Demo, DemoBuilder};

use collector::Collector;

/// What left a demo, and by which way.
type Left = [(&'static str, String); 3];

/// A demo that tells a collector everything that it can tell.
fn talkative(redaction: &str, collector: &Collector, canaries: &Canaries) -> DemoBuilder {
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    canaries::into_resources(demo, canaries)
        .env("TELEMETRY_REDACTION", redaction)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .env("DEMO_FAULTS", "on")
        .env("RUST_LOG", "debug")
}

/// Stops the demo and gives all that left: signals, lines, headers of messages. So many dead letters
/// are waited for.
fn all_that_left(mut demo: Demo, collector: &Collector, dead: usize) -> Left {
    let written = canaries::written(&demo.url("kafka"), dead);
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

/// Lets secrets in everywhere.
async fn ordinary_run(redaction: &str, canaries: &Canaries) -> Left {
    let collector = Collector::start().await;
    let demo = talkative(redaction, &collector, canaries).start();
    let dead = canaries::let_in(&demo, canaries).await;
    println!(
        "{} canaries in {} places",
        canaries.count(),
        canaries.places().len()
    );
    all_that_left(demo, &collector, dead)
}

/// Fails with each leak and where it was.
fn assert_clean(left: &Left, canaries: &Canaries) {
    let mut leaks = Vec::new();
    for (way, text) in left {
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
async fn no_secret_leaves_a_process() {
    let canaries = Canaries::default();
    let left = ordinary_run("on", &canaries).await;
    assert_clean(&left, &canaries);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redaction_the_same_secrets_are_found_everywhere() {
    let canaries = Canaries::default();
    let left = ordinary_run("off", &canaries).await;
    for (way, text) in &left {
        let found = canaries.found_in(text).len();
        println!("{found} canaries by {way}");
        assert!(found > 0, "the check would not see a leak by {way}");
    }
}

/// Lets secrets in everywhere, the words of databases on PostgreSQL included; `None` where there is
/// no PostgreSQL.
async fn run_on_postgresql(redaction: &str, canaries: &Canaries) -> Option<Left> {
    let databases = Databases::start().await?;
    let collector = Collector::start().await;
    let demo = databases
        .under(talkative(redaction, &collector, canaries))
        .start();
    let mut dead = canaries::let_in(&demo, canaries).await;
    dead += databases.let_in(&demo, canaries).await;
    let left = all_that_left(demo, &collector, dead);
    // A zero byte, whose message names the byte; a conversion; a constraint.
    let (_, received) = &left[0];
    assert_eq!(sql_errors::codes(received), ["22021", "22P02", "23514"]);
    Some(left)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_database_quotes_in_its_errors_is_redacted_too() {
    let canaries = Canaries::default();
    let Some(left) = run_on_postgresql("on", &canaries).await else {
        return;
    };
    assert_clean(&left, &canaries);
    let said: String = sql_errors::said(&left[0].1).collect();
    for word in ["[redacted:card]", "[redacted:email]", "detailing"] {
        assert!(said.contains(word), "no database has said {word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changed_tables_make_a_database_quote_a_value_and_its_detail_is_never_told() {
    let canaries = Canaries::default();
    let Some(left) = run_on_postgresql("off", &canaries).await else {
        return;
    };
    for (way, text) in &left {
        let said: Vec<_> = sql_errors::said(text).collect();
        let told = canaries.found_in(&said.join("\n"));
        println!("{way}: {} errors tell {told:?}", said.len());
        for leak in &told {
            assert!(leak.label.contains("in an SQL error"), "{way}: {leak:?}");
        }
        // That of a message also in its dead letter, and none of the three is missing.
        assert!(!told.is_empty(), "nothing by {way}");
        assert!(*way != "OTLP" || told.len() == 3);
        let detail = |leak: &Leak| leak.label.contains("DETAIL of an SQL error");
        let detail = canaries.found_in(text).into_iter().find(detail);
        assert_eq!(detail, None, "{way}");
    }
}
