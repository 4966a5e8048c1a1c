//! A body of the size that is accepted never becomes much larger in memory: measured by the
//! system, in a process of its own, so that nothing else is measured with it.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use prost::{Message, encoding::encode_varint};
use reqwest::{Client, StatusCode};
use shared_telemetry::otlp::proto::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use tokio::task::JoinSet;
use trace_viewer::{Address, Limits, Settings, Viewer};

const BODY: usize = 15 * 1024 * 1024;
const MEBIBYTE: u64 = 1024 * 1024;
const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// The most memory this process has had since [`forget_peak`], in bytes.
fn peak() -> u64 {
    status("VmHWM:")
}

fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// `payload` as field `number` of a message.
fn field(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    encode_varint(payload.len() as u64, &mut message);
    message.extend_from_slice(payload);
    message
}

/// A body of `item` again and again, inside of those fields, the outermost first.
fn flood(path: &[u8], item: &[u8]) -> Vec<u8> {
    let inner = item.repeat(BODY / item.len());
    path.iter()
        .rev()
        .fold(inner, |inside, number| field(*number, &inside))
}

/// Spans in JSON, or, between two halves of a span, what it holds: `{}` again and again.
fn json(before: &str, after: &str) -> Vec<u8> {
    let items = vec!["{}"; BODY / 3].join(",");
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{before}{items}{after}]}}]}}]}}"#)
        .into_bytes()
}

/// What a collector may send at once, and more: small spans with small attributes.
fn real() -> Vec<u8> {
    let attribute = |number: u64| KeyValue {
        key: format!("key.{number}"),
        value: Some(AnyValue {
            value: Some(Value::IntValue(7)),
        }),
        ..KeyValue::default()
    };
    let span = |number: u64| Span {
        trace_id: u128::from(number / 100 + 1).to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: "GET /".to_owned(),
        start_time_unix_nano: number,
        end_time_unix_nano: number + 1,
        attributes: (0..5).map(attribute).collect(),
        ..Span::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans: (0..50_000).map(span).collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
    .encode_to_vec()
}

/// What is sent, its content type, how it is made, and the answer.
type Case = (&'static str, &'static str, fn() -> Vec<u8>, StatusCode);

fn cases() -> [Case; 12] {
    const TOO_LARGE: StatusCode = StatusCode::PAYLOAD_TOO_LARGE;
    [
        ("spans", PROTOBUF, || flood(&[1, 2], &[18, 0]), TOO_LARGE),
        ("resources", PROTOBUF, || flood(&[], &[10, 0]), TOO_LARGE),
        ("scopes", PROTOBUF, || flood(&[1], &[18, 0]), TOO_LARGE),
        (
            "attributes",
            PROTOBUF,
            || flood(&[1, 2, 2], &[74, 0]),
            TOO_LARGE,
        ),
        (
            "events",
            PROTOBUF,
            || flood(&[1, 2, 2], &[90, 0]),
            TOO_LARGE,
        ),
        (
            "links",
            PROTOBUF,
            || flood(&[1, 2, 2], &[106, 0]),
            TOO_LARGE,
        ),
        (
            "entity keys",
            PROTOBUF,
            || flood(&[1, 1, 3], &[26, 0]),
            TOO_LARGE,
        ),
        (
            "values",
            PROTOBUF,
            || flood(&[1, 2, 2, 9, 2, 5], &[10, 0]),
            TOO_LARGE,
        ),
        ("JSON spans", JSON, || json("", ""), TOO_LARGE),
        (
            "JSON attributes",
            JSON,
            || json(r#"{"attributes":["#, "]}"),
            TOO_LARGE,
        ),
        (
            "a JSON number that is a list",
            JSON,
            || json(r#"{"attributes":[{"value":{"doubleValue":["#, "]}}]}"),
            StatusCode::BAD_REQUEST,
        ),
        ("what exporters send", PROTOBUF, real, StatusCode::OK),
    ]
}

#[tokio::test]
async fn a_body_of_tiny_messages_is_refused_before_it_becomes_large() {
    let free = Address::exactly("127.0.0.1:0".parse().unwrap());
    let viewer = Viewer::build(Settings {
        query: free,
        otlp_http: free,
        otlp_grpc: free,
        limits: Limits::default(),
        meanings: Vec::new(),
        readers: Vec::new(),
    })
    .unwrap();
    let address = viewer.addresses().otlp_http;
    let mut running = JoinSet::new();
    running.spawn(async move { viewer.run(std::future::pending()).await.unwrap() });
    for (what, content_type, body, expected) in cases() {
        let client = Client::new();
        let request = client
            .post(format!("http://{address}/v1/traces"))
            .header("content-type", content_type)
            .body(body());
        forget_peak();
        let before = peak();
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let grown = peak().saturating_sub(before) / MEBIBYTE;
        println!("{what}: {status}, {grown} MiB more");
        assert_eq!(status, expected, "{what}: {text:?}");
        assert!(grown < 200, "{what}: {grown} MiB more");
    }
}
