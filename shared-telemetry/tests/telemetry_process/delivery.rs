//! Nothing that ended is lost, whatever the protocol.

use std::collections::BTreeSet;

use crate::child::{Work, run};
use crate::collector::{Collector, hex};

async fn delivers_all(work: Work, collector: Collector) {
    delivers_all_with(&[], work, collector).await;
}

async fn delivers_all_with(
    variables: &[(&str, &str)],
    work: Work,
    collector: Collector,
) -> Collector {
    let ended = run(work, &collector.environment(variables)).await;
    assert_eq!(ended.stopped().0, "ok");

    let spans = collector.spans();
    assert_eq!(spans.len(), 100);
    let ids: BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
    assert_eq!(ids.len(), 100, "each once");
    let traces: BTreeSet<_> = spans.iter().map(|span| &span.trace_id).collect();
    assert_eq!(traces.len(), 1);
    let root = collector.span("root");
    assert_eq!(hex(&root.parent_span_id), "", "nobody is above the root");
    let children = spans.iter().filter(|span| span.name == "child");
    for child in children {
        assert_eq!(child.parent_span_id, root.span_id);
    }
    collector
}

#[tokio::test]
async fn every_span_that_ended_before_stop_arrives_over_http() {
    delivers_all(Work::HundredSpans, Collector::http().await).await;
}

#[tokio::test]
async fn every_span_that_ended_before_stop_arrives_over_grpc() {
    delivers_all(Work::HundredSpans, Collector::grpc().await).await;
}

#[tokio::test]
async fn the_stock_exporter_can_be_asked_for_and_delivers_the_same() {
    let stock = [("TELEMETRY_SPAN_ENCODER", "stock")];
    for collector in [Collector::http().await, Collector::grpc().await] {
        delivers_all_with(&stock, Work::HundredSpans, collector).await;
    }
}

#[tokio::test]
async fn headers_that_are_asked_for_are_sent() {
    let headers = [("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=house")];
    for collector in [Collector::http().await, Collector::grpc().await] {
        let collector = delivers_all_with(&headers, Work::HundredSpans, collector).await;
        assert_eq!(collector.header("x-tenant"), ["house"]);
    }
}

#[tokio::test]
async fn start_and_stop_inside_of_async_code_lose_nothing_and_do_not_panic() {
    for collector in [Collector::http().await, Collector::grpc().await] {
        delivers_all(Work::HundredSpansInAsync, collector).await;
    }
}

#[tokio::test]
async fn the_resource_says_who_is_speaking() {
    let collector = Collector::http().await;
    let environment = [
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=te%20st",
        ),
        ("K8S_POD_NAME", "lamp-0"),
    ];
    run(Work::HundredSpans, &collector.environment(&environment)).await;

    let resources = collector.resources();
    let resource = resources.first().expect("an export");
    assert_eq!(resource["service.name"], "lamp");
    assert_eq!(resource["service.version"], "1.2.3");
    assert_eq!(resource["service.namespace"], "house");
    assert_eq!(resource["deployment.environment.name"], "te st");
    assert_eq!(resource["k8s.pod.name"], "lamp-0");
    assert_eq!(resource["telemetry.sdk.language"], "rust");
    for key in ["service.instance.id", "process.pid", "host.arch", "os.type"] {
        assert!(resource.contains_key(key), "{key} in {resource:?}");
    }
}

#[tokio::test]
async fn a_new_run_is_a_new_trace_of_a_new_instance() {
    let collector = Collector::http().await;
    for _ in 0..2 {
        run(Work::HundredSpans, &collector.environment(&[])).await;
    }
    let spans = collector.spans();
    let traces: BTreeSet<_> = spans.iter().map(|span| &span.trace_id).collect();
    assert_eq!(traces.len(), 2);
    let resources = collector.resources();
    let instances: BTreeSet<_> = resources
        .iter()
        .map(|resource| &resource["service.instance.id"])
        .collect();
    assert_eq!(instances.len(), 2);
}
