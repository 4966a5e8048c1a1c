//! OTLP JSON: its own forms of ids, integers, bytes and doubles, and what it tolerates.

use serde_json::{Value, json};

use crate::harness::*;

/// One span in OTLP JSON, sent; the answer, decoded.
async fn send(viewer: &TestViewer, span: Value) -> Value {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
    let response = viewer
        .post("/v1/traces", JSON, body.to_string().into_bytes())
        .await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn attributes_of(viewer: &TestViewer, attributes: Value) -> Value {
    let span = json!({"traceId": trace_hex(1), "spanId": span_hex(1), "attributes": attributes});
    assert_eq!(send(viewer, span).await, json!({}));
    viewer.trace(1).await["spans"][0]["attributes"].clone()
}

#[tokio::test]
async fn a_request_in_the_form_of_the_specification_can_be_read_back() {
    let viewer = TestViewer::start().await;
    // Upper-case ids, a scope with attributes, times as strings: as the specification's example.
    let body = br#"{"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "till"}}]},
        "scopeSpans": [{
            "scope": {"name": "till.lib", "version": "1.2.0", "attributes": [
                {"key": "scope.attribute", "value": {"stringValue": "x"}}]},
            "spans": [{
                "traceId": "0AF7651916CD43DD8448EB211C80319C",
                "spanId": "B7AD6B7169203331",
                "parentSpanId": "00F067AA0BA902B7",
                "name": "open the till",
                "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": 1544712661000000000,
                "kind": 2,
                "events": [{"name": "opened", "timeUnixNano": "1544712660500000000", "attributes": []}],
                "attributes": [{"key": "till.number", "value": {"intValue": "7"}}],
                "status": {"code": 2, "message": "jammed"}
            }]
        }]
    }]}"#;
    let response = viewer
        .post(
            "/v1/traces",
            "application/json; charset=utf-8",
            body.to_vec(),
        )
        .await;
    assert_eq!(response.status(), 200);
    let trace = viewer
        .json("/api/traces/0af7651916cd43dd8448eb211c80319c")
        .await;
    assert_eq!(trace["duration_ns"], 1_000_000_000);
    let span = &trace["spans"][0];
    assert_eq!(span["span_id"], "b7ad6b7169203331");
    assert_eq!(span["parent_span_id"], "00f067aa0ba902b7");
    assert_eq!(
        (&span["service"], &span["name"]),
        (&json!("till"), &json!("open the till"))
    );
    assert_eq!(span["kind"], "server");
    assert_eq!(span["start_unix_nano"], "1544712660000000000");
    assert_eq!(
        span["scope"],
        json!({"name": "till.lib", "version": "1.2.0", "attributes": {"scope.attribute": "x"}})
    );
    assert_eq!(span["attributes"], json!({"till.number": 7}));
    assert_eq!(span["events"][0]["time_unix_nano"], "1544712660500000000");
    assert_eq!(
        span["status"],
        json!({"code": "error", "message": "jammed"})
    );
}

#[tokio::test]
async fn every_kind_of_value_is_read_in_its_json_form() {
    let viewer = TestViewer::start().await;
    let attributes = attributes_of(&viewer, json!([
        {"key": "text", "value": {"stringValue": "a"}},
        {"key": "bool", "value": {"boolValue": true}},
        {"key": "int as text", "value": {"intValue": "-9223372036854775808"}},
        {"key": "int", "value": {"intValue": 10}},
        {"key": "double", "value": {"doubleValue": 1.5}},
        {"key": "whole double", "value": {"doubleValue": 5}},
        {"key": "not a number", "value": {"doubleValue": "NaN"}},
        {"key": "endless", "value": {"doubleValue": "-Infinity"}},
        {"key": "bytes", "value": {"bytesValue": "+/8="}},
        {"key": "url-safe bytes", "value": {"bytesValue": "-_8"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "b"}, {"intValue": 2}]}}},
        {"key": "empty list", "value": {"arrayValue": {}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": false}}]}}},
        {"key": "nothing", "value": {}},
    ])).await;
    assert_eq!(
        attributes,
        json!({
            "text": "a", "bool": true, "int as text": i64::MIN, "int": 10, "double": 1.5,
            "whole double": 5.0, "not a number": "NaN", "endless": "-Infinity", "bytes": "+/8=",
            "url-safe bytes": "+/8=", "list": ["b", 2], "empty list": [], "map": {"k": false},
            "nothing": null,
        })
    );
}

#[tokio::test]
async fn unknown_fields_nulls_and_absent_fields_are_no_error() {
    let viewer = TestViewer::start().await;
    let answer = send(&viewer, json!({
        "traceId": trace_hex(1), "spanId": span_hex(1), "parentSpanId": null, "links": null,
        "fromTheFuture": {"deep": [1, {"x": null}]}, "droppedLinksCount": "3",
        "attributes": [{"key": "k", "value": {"stringValue": "v", "fromTheFuture": []}}, {"key": "no value"}],
    })).await;
    assert_eq!(answer, json!({}));
    let trace = viewer.trace(1).await;
    let span = &trace["spans"][0];
    assert_eq!(span["attributes"], json!({"k": "v", "no value": null}));
    assert_eq!(span["dropped"]["links"], 3);
    assert_eq!(span["service"], "unknown_service");
}

#[tokio::test]
async fn partial_success_is_told_in_json_with_the_count_as_a_string() {
    let viewer = TestViewer::start().await;
    let answer = send(&viewer, json!({"traceId": "abcd", "spanId": span_hex(1)})).await;
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
    assert!(message.contains("trace_id"), "{message}");
}

#[tokio::test]
async fn of_a_key_given_twice_the_last_value_counts() {
    let viewer = TestViewer::start().await;
    let attributes = attributes_of(
        &viewer,
        json!([
            {"key": "k", "value": {"intValue": 1}},
            {"key": "j", "value": {"intValue": 2}},
            {"key": "k", "value": {"intValue": 3}},
        ]),
    )
    .await;
    assert_eq!(attributes, json!({"j": 2, "k": 3}));
}
