//! OTLP over HTTP in protobuf, and what an exporter is answered.

use prost::Message;
use serde_json::{Value, json};
use shared_telemetry::otlp::proto::collector::{
    metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceResponse,
};

use crate::harness::*;

#[tokio::test]
async fn a_protobuf_export_can_be_read_back_whole() {
    let viewer = TestViewer::start().await;
    let mut span = with(child(1, 2, 9), "http.request.method", text("GET"));
    span.kind = 3;
    span.flags = 0x301;
    span.trace_state = "vendor=1".to_owned();
    span.dropped_events_count = 4;
    viewer
        .spans("gateway", vec![failed(span, "timed out")])
        .await;

    let trace = viewer.trace(1).await;
    let start = (EPOCH + 1_000 * MILLI + 2).to_string();
    let expected = json!({
        "span_id": span_hex(2), "parent_span_id": span_hex(9), "service": "gateway",
        "name": "span 2", "kind": "client", "start_unix_nano": start, "duration_ns": MILLI,
        "status": {"code": "error", "message": "timed out"}, "flags": 1, "trace_state": "vendor=1",
        "attributes": {"http.request.method": "GET"}, "events": [], "links": [], "resource": 0,
        "scope": {"name": "", "version": ""}, "dropped": {"attributes": 0, "events": 4, "links": 0},
    });
    assert_eq!(trace["spans"], json!([expected]));
    assert_eq!(trace["trace_id"], trace_hex(1));
    assert_eq!(
        trace["resources"],
        json!([{"service.name": "gateway", "host.name": "till-1"}])
    );
    assert_eq!(trace["services"], json!(["gateway"]));
    assert_eq!(trace["truncated"], false);
}

#[tokio::test]
async fn a_gzip_body_is_read_in_both_encodings() {
    let viewer = TestViewer::start().await;
    let protobuf = trace_request("gateway", vec![span(1, 1)]).encode_to_vec();
    let json = json!({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": trace_hex(2), "spanId": span_hex(1)}
    ]}]}]});
    for (content_type, body) in [(PROTOBUF, protobuf), (JSON, json.to_string().into_bytes())] {
        let response = viewer
            .post_encoded("/v1/traces", content_type, Some("gzip"), gzip(&body))
            .await;
        assert_eq!(response.status(), 200, "{content_type}");
        assert_eq!(response.headers()["content-type"], content_type);
    }
    assert!(viewer.has_trace(1).await && viewer.has_trace(2).await);
}

#[tokio::test]
async fn full_success_sets_no_partial_success() {
    let viewer = TestViewer::start().await;
    let body = trace_request("gateway", vec![span(1, 1)]).encode_to_vec();
    let response = viewer.post("/v1/traces", PROTOBUF, body).await;
    assert_eq!(response.bytes().await.unwrap().len(), 0);
    let response = viewer.post("/v1/traces", JSON, b"{}".to_vec()).await;
    assert_eq!(response.json::<Value>().await.unwrap(), json!({}));
}

#[tokio::test]
async fn spans_with_invalid_ids_are_refused_one_by_one_and_told() {
    let viewer = TestViewer::start().await;
    let mut short_trace = span(1, 2);
    short_trace.trace_id.pop();
    let mut zero_trace = span(1, 3);
    zero_trace.trace_id = vec![0; 16];
    let mut long_span = span(1, 4);
    long_span.span_id.push(1);
    let zero_span = span(1, 0);
    let mut short_parent = child(1, 5, 1);
    short_parent.parent_span_id.pop();
    let spans = vec![
        span(1, 1),
        short_trace,
        zero_trace,
        long_span,
        zero_span,
        short_parent,
    ];
    let body = trace_request("gateway", spans).encode_to_vec();

    let response = viewer.post("/v1/traces", PROTOBUF, body).await;
    assert_eq!(response.status(), 200);
    let response = ExportTraceServiceResponse::decode(response.bytes().await.unwrap()).unwrap();
    let partial = response.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 5);
    for reason in [
        "2 refused: its trace_id",
        "2 refused: its span_id",
        "1 refused: its parent_span_id",
    ] {
        assert!(
            partial.error_message.contains(reason),
            "{}",
            partial.error_message
        );
    }
    assert_eq!(viewer.trace(1).await["spans"].as_array().unwrap().len(), 1);
    assert_eq!(viewer.stat("refused_spans").await, 5);
}

#[tokio::test]
async fn a_span_delivered_twice_is_kept_once() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(1, 1), span(1, 1)]).await;
    viewer.spans("gateway", vec![span(1, 1), span(1, 2)]).await;
    assert_eq!(viewer.stat("spans").await, 2);
    assert_eq!(viewer.stat("refused_spans").await, 0);
}

#[tokio::test]
async fn metrics_are_accepted_and_not_kept() {
    let viewer = TestViewer::start().await;
    let body = ExportMetricsServiceRequest::default().encode_to_vec();
    let response = viewer.post("/v1/metrics", PROTOBUF, body).await;
    assert_eq!(response.status(), 200);
    let body = br#"{"resourceMetrics": [{"scopeMetrics": []}]}"#.to_vec();
    let response = viewer.post("/v1/metrics", JSON, body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(viewer.stat("traces").await, 0);
}
