//! The search by each of its parameters.

use serde_json::{Value, json};
use shared_telemetry::otlp::proto::common::v1::{AnyValue, ArrayValue, any_value::Value as Wire};

use crate::harness::*;

/// Trace 1: a good checkout. Trace 2: a slow one that failed in pricing. Trace 3: linked to trace 1.
async fn shop() -> TestViewer {
    let viewer = TestViewer::start().await;
    let named = |name: &str, mut span: shared_telemetry::otlp::proto::trace::v1::Span| {
        span.name = name.to_owned();
        span
    };
    let mut slow = named("POST /checkout", span(2, 1));
    slow.end_time_unix_nano = slow.start_time_unix_nano + 250 * MILLI;
    let good = named(
        "POST /checkout",
        with(span(1, 1), "customer.tier", text("gold")),
    );
    viewer.spans("gateway", vec![good, slow]).await;
    let skus = ArrayValue {
        values: vec![
            AnyValue {
                value: Some(text("tea")),
            },
            AnyValue {
                value: Some(text("cup")),
            },
        ],
    };
    let quote = with(
        named("GET /quote", child(1, 2, 1)),
        "http.response.status_code",
        Wire::IntValue(200),
    );
    let failed_quote = failed(named("GET /quote", child(2, 2, 1)), "no price");
    let failed_quote = with(failed_quote, "skus", Wire::ArrayValue(skus));
    viewer
        .spans(
            "pricing",
            vec![quote, with(failed_quote, "cached", Wire::BoolValue(false))],
        )
        .await;
    let consumer = named("process order.created", linking(span(3, 1), 1, 1));
    viewer
        .spans(
            "fulfillment",
            vec![with(consumer, "load", Wire::DoubleValue(0.5))],
        )
        .await;
    viewer
}

/// The found traces' numbers, in order.
async fn found(viewer: &TestViewer, query: &str) -> Vec<u8> {
    let answer = viewer.json(&format!("/api/traces?{query}")).await;
    let ids = answer["traces"].as_array().unwrap().iter();
    ids.map(|trace| u8::from_str_radix(trace["trace_id"].as_str().unwrap(), 16).unwrap())
        .collect()
}

#[tokio::test]
async fn without_parameters_all_traces_come_newest_first() {
    let viewer = shop().await;
    assert_eq!(found(&viewer, "").await, [3, 2, 1]);
    let empty = "service=&operation=&attribute=&status=&min_duration_ms=&linked_to=&limit=";
    assert_eq!(found(&viewer, empty).await, [3, 2, 1]);
}

#[tokio::test]
async fn each_parameter_narrows_the_search() {
    let viewer = shop().await;
    let linked_to = format!("linked_to={}", trace_hex(1));
    for (query, expected) in [
        ("service=pricing", vec![2, 1]),
        ("service=nobody", vec![]),
        ("operation=process+order.created", vec![3]),
        ("status=error", vec![2]),
        ("min_duration_ms=250", vec![2]),
        ("min_duration_ms=250.1", vec![]),
        ("limit=2", vec![3, 2]),
        (linked_to.as_str(), vec![3]),
    ] {
        assert_eq!(found(&viewer, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn attributes_match_by_their_written_value_on_span_or_resource() {
    let viewer = shop().await;
    for (query, expected) in [
        ("attribute=customer.tier%3Dgold", vec![1]),
        ("attribute=customer.tier=silver", vec![]),
        ("attribute=http.response.status_code=200", vec![1]),
        ("attribute=cached=false", vec![2]),
        ("attribute=load=0.50", vec![3]),
        ("attribute=skus=cup", vec![2]),
        ("attribute=host.name=till-1", vec![3, 2, 1]),
        ("attribute=skus=cup&attribute=cached=false", vec![2]),
        ("attribute=skus=cup&attribute=cached=true", vec![]),
    ] {
        assert_eq!(found(&viewer, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn one_span_must_have_what_is_asked_of_spans_together() {
    let viewer = shop().await;
    assert_eq!(found(&viewer, "service=pricing&status=error").await, [2]);
    assert_eq!(
        found(&viewer, "service=gateway&status=error").await,
        [] as [u8; 0]
    );
    assert_eq!(
        found(&viewer, "service=gateway&operation=GET+/quote").await,
        [] as [u8; 0]
    );
}

#[tokio::test]
async fn a_summary_tells_the_trace_at_a_glance() {
    let viewer = shop().await;
    let answer = viewer.json("/api/traces?status=error").await;
    let start = (EPOCH + 2_000 * MILLI + 1).to_string();
    assert_eq!(
        answer,
        json!({"traces": [{
            "trace_id": trace_hex(2), "root": {"service": "gateway", "name": "POST /checkout"},
            "first": {"service": "gateway", "name": "POST /checkout"},
            "start_unix_nano": start, "duration_ns": 250 * MILLI, "span_count": 2, "error_count": 1,
            "services": ["gateway", "pricing"], "linked": false, "missing_parents": 0,
        }]})
    );
}

#[tokio::test]
async fn both_ends_of_a_link_are_marked_as_linked() {
    let viewer = shop().await;
    let answer = viewer.json("/api/traces").await;
    let linked: Vec<&Value> = answer["traces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["linked"])
        .collect();
    assert_eq!(linked, [true, false, true]);
}

#[tokio::test]
async fn a_bad_parameter_is_a_problem_that_names_it() {
    let viewer = shop().await;
    for (query, named) in [
        ("sevice=pricing", "service"),
        ("attribute=tea", "attribute"),
        ("attribute==tea", "attribute"),
        ("status=broken", "status"),
        ("min_duration_ms=-1", "min_duration_ms"),
        ("min_duration_ms=NaN", "min_duration_ms"),
        ("linked_to=42", "linked_to"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
    ] {
        let response = viewer.get(&format!("/api/traces?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let problem: Value = response.json().await.unwrap();
        assert!(
            problem["detail"].as_str().unwrap().contains(named),
            "{problem}"
        );
    }
}
