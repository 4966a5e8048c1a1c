//! Spans of a page go on by the way of the process's own, under their own name.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use shared_telemetry::relay::{Origin, Relay};

use crate::child::{Work, run};
use crate::collector::{Collector, attributes, hex};

const PAGE: Origin = Origin {
    name: "page",
    language: "webjs",
};

const TRACE: &str = "5b8efff798038103d269b633813fc60c";

/// A page's click, and a span of the process itself.
pub(crate) fn pass_on() {
    tracing::info_span!("own").in_scope(|| ());
    let Some(relay) = Relay::open(PAGE) else {
        println!("\nno relay");
        return;
    };
    assert!(Relay::open(PAGE).is_none(), "only once");
    relay
        .pass_on(click().to_string().as_bytes())
        .expect("a batch");
}

/// What a page sends, secrets and a lie included.
fn click() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after 1970").as_nanos().to_string();
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "page"), text("host.name", "forged")]},
        "scopeSpans": [{"spans": [{
            "traceId": TRACE, "spanId": "eee19b7ec3c1b174", "name": "click", "kind": 1,
            "startTimeUnixNano": now, "endTimeUnixNano": now,
            "attributes": [text("note", "to ada@example.com"), text("api_key", "s3cret")],
        }]}],
    }]})
}

#[tokio::test]
async fn a_pages_span_arrives_redacted_under_its_own_name_and_beside_our_own() {
    for collector in [Collector::http().await, Collector::grpc().await] {
        let ended = run(Work::PassOn, &collector.environment(&[])).await;
        assert_eq!(ended.stopped().0, "ok");
        let click = collector.span("click");
        assert_eq!(hex(&click.trace_id), TRACE);
        let said = attributes(&click.attributes);
        assert_eq!(said["note"], "to [redacted:email]");
        assert_eq!(said["api_key"], "[redacted:secret]");
        collector.span("own");
        let resources = collector.resources();
        let of = |name: &str| resources.iter().find(|one| one["service.name"] == name);
        let page = of("page").expect("its Resource");
        assert_eq!(page["telemetry.sdk.language"], "webjs");
        assert_eq!(page["service.version"], "1.2.3");
        assert_eq!(page["service.namespace"], "house");
        assert!(!page.contains_key("host.name"), "{page:?}");
        assert_eq!(of("lamp").expect("ours")["telemetry.sdk.language"], "rust");
    }
}

#[tokio::test]
async fn where_no_spans_are_exported_none_are_relayed() {
    let collector = Collector::http().await;
    for off in [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ] {
        let ended = run(Work::PassOn, &collector.environment(&[off])).await;
        ended.said("no relay");
    }
    assert_eq!(collector.spans().len(), 0);
}

#[tokio::test]
async fn a_crowd_of_batches_is_refused_and_what_a_silent_collector_loses_is_told() {
    let nobody = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")];
    let ended = run(Work::PassOnTooOften, &nobody).await;
    let lost = format!("relayed spans not delivered: {}", ended.said("taken "));
    let (result, _) = ended.stopped();
    assert!(result.contains(&lost), "{result}");
}

/// More batches than a second allows.
pub(crate) fn too_often() {
    let relay = Relay::open(PAGE).expect("there is a way out");
    let body = click();
    let begin = std::time::Instant::now();
    let taken = (0..100).filter(|_| relay.pass_on(body.to_string().as_bytes()).is_ok());
    let taken = taken.count() as u64;
    // A slow machine has earned some more meanwhile.
    let earned = begin.elapsed().as_millis() as u64 / 50;
    assert!((20..=20 + earned).contains(&taken), "{taken}");
    println!("\ntaken {taken}");
}
