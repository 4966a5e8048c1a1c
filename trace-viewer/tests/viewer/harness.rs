//! A running viewer on free ports, and short ways to build and send telemetry.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use shared_telemetry::otlp::proto::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, KeyValue, any_value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Link},
};
use tokio::task::JoinSet;
use trace_viewer::{Address, Addresses, Limits, Settings, Viewer};

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";
/// A start time for spans, in nanoseconds since 1970.
pub(crate) const EPOCH: u64 = 1_700_000_000_000_000_000;
pub(crate) const MILLI: u64 = 1_000_000;

pub(crate) struct TestViewer {
    pub(crate) addresses: Addresses,
    pub(crate) http: Client,
    _running: JoinSet<()>,
}

impl TestViewer {
    pub(crate) async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::with_settings(settings(limits)).await
    }

    pub(crate) async fn with_settings(settings: Settings) -> Self {
        let viewer = Viewer::build(settings).unwrap();
        let addresses = viewer.addresses();
        let mut running = JoinSet::new();
        running.spawn(async move { viewer.run(std::future::pending()).await.unwrap() });
        Self {
            addresses,
            http: Client::new(),
            _running: running,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let url = format!("http://{}{path}", self.addresses.query);
        self.http.get(url).send().await.unwrap()
    }

    /// The JSON of a 200 answer.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn trace(&self, trace: u8) -> Value {
        self.json(&format!("/api/traces/{}", trace_hex(trace)))
            .await
    }

    /// Whether the API has a trace, by status.
    pub(crate) async fn has_trace(&self, trace: u8) -> bool {
        let response = self.get(&format!("/api/traces/{}", trace_hex(trace))).await;
        response.status() == StatusCode::OK
    }

    pub(crate) async fn stat(&self, name: &str) -> u64 {
        self.json("/api/stats").await[name].as_u64().unwrap()
    }

    pub(crate) async fn post(&self, path: &str, content_type: &str, body: Vec<u8>) -> Response {
        self.post_encoded(path, content_type, None, body).await
    }

    pub(crate) async fn post_encoded(
        &self,
        path: &str,
        content_type: &str,
        encoding: Option<&str>,
        body: Vec<u8>,
    ) -> Response {
        let url = format!("http://{}{path}", self.addresses.otlp_http);
        let request = self.http.post(url).header("content-type", content_type);
        let request = match encoding {
            Some(encoding) => request.header("content-encoding", encoding),
            None => request,
        };
        request.body(body).send().await.unwrap()
    }

    /// Exports spans of one service over HTTP and protobuf.
    pub(crate) async fn spans(&self, service: &str, spans: Vec<Span>) {
        let body = prost::Message::encode_to_vec(&trace_request(service, spans));
        let response = self.post("/v1/traces", PROTOBUF, body).await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    /// Exports log records of one service over HTTP and protobuf.
    pub(crate) async fn logs(&self, service: &str, records: Vec<LogRecord>) {
        let body = prost::Message::encode_to_vec(&logs_request(service, records));
        let response = self.post("/v1/logs", PROTOBUF, body).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
}

pub(crate) fn settings(limits: Limits) -> Settings {
    let free = Address::exactly("127.0.0.1:0".parse().unwrap());
    Settings {
        query: free,
        otlp_http: free,
        otlp_grpc: free,
        limits,
        meanings: Vec::new(),
        readers: Vec::new(),
    }
}

pub(crate) fn trace_hex(trace: u8) -> String {
    format!("{trace:032x}")
}

pub(crate) fn span_hex(span: u64) -> String {
    format!("{span:016x}")
}

/// A span of a millisecond, named after its number, without a parent.
pub(crate) fn span(trace: u8, id: u64) -> Span {
    Span {
        trace_id: u128::from(trace).to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        name: format!("span {id}"),
        kind: 1,
        start_time_unix_nano: EPOCH + u64::from(trace) * 1_000 * MILLI + id,
        end_time_unix_nano: EPOCH + u64::from(trace) * 1_000 * MILLI + id + MILLI,
        ..Span::default()
    }
}

pub(crate) fn child(trace: u8, id: u64, parent: u64) -> Span {
    Span {
        parent_span_id: parent.to_be_bytes().to_vec(),
        ..span(trace, id)
    }
}

pub(crate) fn linking(mut span: Span, trace: u8, id: u64) -> Span {
    span.links.push(Link {
        trace_id: u128::from(trace).to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        ..Link::default()
    });
    span
}

pub(crate) fn failed(span: Span, message: &str) -> Span {
    let status = Status {
        code: 2,
        message: message.to_owned(),
    };
    Span {
        status: Some(status),
        ..span
    }
}

pub(crate) fn with(mut span: Span, key: &str, value: any_value::Value) -> Span {
    span.attributes.push(attribute(key, value));
    span
}

pub(crate) fn text(value: &str) -> any_value::Value {
    any_value::Value::StringValue(value.to_owned())
}

pub(crate) fn log(trace: u8, id: u64, time: u64, body: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: time,
        severity_number: 9,
        trace_id: u128::from(trace).to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        body: Some(AnyValue {
            value: Some(text(body)),
        }),
        ..LogRecord::default()
    }
}

pub(crate) fn attribute(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

pub(crate) fn trace_request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource(service)),
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

pub(crate) fn logs_request(service: &str, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource(service)),
            scope_logs: vec![ScopeLogs {
                log_records,
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    }
}

fn resource(service: &str) -> Resource {
    Resource {
        attributes: vec![
            attribute("service.name", text(service)),
            attribute("host.name", text("till-1")),
        ],
        ..Resource::default()
    }
}

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}
