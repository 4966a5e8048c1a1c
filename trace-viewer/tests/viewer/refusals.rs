//! What OTLP over HTTP refuses, with which status and body, and that the store stays as it was.

use prost::Message;
use serde_json::Value;

use crate::harness::*;

#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

const PATHS: [&str; 3] = ["/v1/traces", "/v1/logs", "/v1/metrics"];

#[tokio::test]
async fn garbage_is_a_400_with_a_status_in_the_requests_encoding() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    let before = viewer.json("/api/stats").await;
    for path in PATHS {
        let response = viewer
            .post(path, PROTOBUF, b"\xff\xff garbage".to_vec())
            .await;
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(response.headers()["content-type"], PROTOBUF);
        let status = RpcStatus::decode(response.bytes().await.unwrap()).unwrap();
        assert_eq!(status.code, 3);
        assert!(status.message.contains("protobuf"), "{}", status.message);

        let response = viewer.post(path, JSON, b"{\"resource".to_vec()).await;
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(response.headers()["content-type"], JSON);
        let status: Value = response.json().await.unwrap();
        assert_eq!(status["code"], 3);
        let message = status["message"].as_str().unwrap();
        assert!(message.contains("line 1 column"), "{message}");
    }
    assert_eq!(viewer.json("/api/stats").await, before);
}

#[tokio::test]
async fn json_of_the_wrong_shape_is_a_400_that_does_not_repeat_the_input() {
    let viewer = TestViewer::start().await;
    for span in [
        r#"{"traceId": "hunter2"}"#,
        r#"{"startTimeUnixNano": "hunter2"}"#,
        r#"{"kind": "hunter2"}"#,
        r#"{"attributes": [{"key": "k", "value": {"bytesValue": "hunter2!"}}]}"#,
        r#"{"droppedEventsCount": 4294967296}"#,
        r#""hunter2""#,
    ] {
        let body = format!(r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{span}]}}]}}]}}"#);
        let response = viewer.post("/v1/traces", JSON, body.into_bytes()).await;
        assert_eq!(response.status(), 400, "{span}");
        let answer = response.text().await.unwrap();
        assert!(!answer.contains("hunter2"), "{answer}");
    }
}

#[tokio::test]
async fn json_nested_without_end_is_a_400() {
    let viewer = TestViewer::start().await;
    let deep = r#"{"arrayValue":{"values":["#.repeat(100_000);
    let body =
        format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"k","value":{deep}"#);
    let response = viewer.post("/v1/traces", JSON, body.into_bytes()).await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn an_unknown_content_type_is_a_415() {
    let viewer = TestViewer::start().await;
    for content_type in ["text/plain", "application/xml", "application/jsonp"] {
        let response = viewer
            .post("/v1/traces", content_type, b"{}".to_vec())
            .await;
        assert_eq!(response.status(), 415, "{content_type}");
        let status: Value = response.json().await.unwrap();
        let message = status["message"].as_str().unwrap();
        assert!(
            message.contains(PROTOBUF) && message.contains(JSON),
            "{message}"
        );
    }
}

#[tokio::test]
async fn an_unknown_content_encoding_is_a_415_and_false_gzip_a_400() {
    let viewer = TestViewer::start().await;
    for (encoding, expected) in [("br", 415), ("gzip", 400)] {
        let body = b"{\"resourceSpans\": []}".to_vec();
        let response = viewer
            .post_encoded("/v1/traces", JSON, Some(encoding), body)
            .await;
        assert_eq!(response.status(), expected, "{encoding}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_counted_after_decompression() {
    let viewer = TestViewer::start().await;
    let large = vec![b' '; 17 * 1024 * 1024];
    let bomb = gzip(&large);
    assert!(bomb.len() < 1024 * 1024);
    for (encoding, body) in [(None, large), (Some("gzip"), bomb)] {
        let response = viewer
            .post_encoded("/v1/traces", JSON, encoding, body)
            .await;
        assert_eq!(response.status(), 413, "{encoding:?}");
        let status: Value = response.json().await.unwrap();
        assert_eq!(status["code"], 8);
    }
    assert_eq!(viewer.stat("traces").await, 0);
}

#[tokio::test]
async fn only_post_is_allowed() {
    let viewer = TestViewer::start().await;
    let url = format!("http://{}/v1/traces", viewer.addresses.otlp_http);
    let response = viewer.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), 405);
}
