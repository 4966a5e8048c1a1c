//! An OTLP collector that keeps what it is sent, over HTTP or gRPC.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use prost::Message;
use shared_telemetry::otlp::proto;
use shared_telemetry::task;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use proto::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use proto::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use proto::collector::metrics::v1::metrics_service_server::{MetricsService, MetricsServiceServer};
use proto::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use proto::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use proto::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use proto::common::v1::{AnyValue, KeyValue, any_value};
use proto::logs::v1::LogRecord;
use proto::metrics::v1::Metric;
use proto::trace::v1::Span;

/// Attributes as text.
pub(crate) type Attributes = BTreeMap<String, String>;

#[derive(Clone, Default)]
struct Received {
    /// Of requests with spans.
    headers: Arc<Mutex<Vec<HeaderMap>>>,
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    logs: Arc<Mutex<Vec<ExportLogsServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

pub(crate) struct Collector {
    address: SocketAddr,
    protocol: &'static str,
    received: Received,
}

impl Collector {
    pub(crate) async fn http() -> Self {
        let received = Received::default();
        let router = Router::new()
            .route("/v1/traces", post(http_traces))
            .route("/v1/logs", post(http_logs))
            .route("/v1/metrics", post(http_metrics))
            .with_state(received.clone());
        Self {
            address: serve(router).await,
            protocol: "http/protobuf",
            received,
        }
    }

    pub(crate) async fn grpc() -> Self {
        let received = Received::default();
        let (listener, address) = listen().await;
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(received.clone()))
            .add_service(LogsServiceServer::new(received.clone()))
            .add_service(MetricsServiceServer::new(received.clone()));
        task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Self {
            address,
            protocol: "grpc",
            received,
        }
    }

    /// The environment of a program that exports to here, and more variables.
    pub(crate) fn environment<'e>(&self, more: &[(&'e str, &'e str)]) -> Vec<(&'e str, &'e str)> {
        // Leaked: a test's few bytes.
        let endpoint = format!("http://{}", self.address).leak();
        let mut all = vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", self.protocol),
        ];
        all.extend(more);
        all
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let traces = self.received.traces.lock().expect("no panic");
        let resources = traces.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The one span of that name.
    #[track_caller]
    pub(crate) fn span(&self, name: &str) -> Span {
        let mut spans = self.spans();
        spans.retain(|span| span.name == name);
        assert_eq!(spans.len(), 1, "spans named {name}");
        spans.remove(0)
    }

    /// A header of each export of spans.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let headers = self.received.headers.lock().expect("no panic");
        let text = |headers: &HeaderMap| {
            let value = headers.get(name).map(|value| value.to_str().expect("text"));
            value.unwrap_or_default().to_owned()
        };
        headers.iter().map(text).collect()
    }

    /// The Resource of each export of spans.
    pub(crate) fn resources(&self) -> Vec<Attributes> {
        let traces = self.received.traces.lock().expect("no panic");
        let resources = traces.iter().flat_map(|request| &request.resource_spans);
        let resources = resources.filter_map(|spans| spans.resource.as_ref());
        resources
            .map(|resource| attributes(&resource.attributes))
            .collect()
    }

    pub(crate) fn logs(&self) -> Vec<LogRecord> {
        let logs = self.received.logs.lock().expect("no panic");
        let resources = logs.iter().flat_map(|request| &request.resource_logs);
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        scopes.flat_map(|scope| scope.log_records.clone()).collect()
    }

    /// The metrics of each export, the oldest first.
    pub(crate) fn metrics(&self) -> Vec<Vec<Metric>> {
        let exports = self.received.metrics.lock().expect("no panic");
        let of = |request: &ExportMetricsServiceRequest| {
            let resources = request.resource_metrics.iter();
            let scopes = resources.flat_map(|resource| &resource.scope_metrics);
            scopes.flat_map(|scope| scope.metrics.clone()).collect()
        };
        exports.iter().map(of).collect()
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// Serves `router` on a free port until the runtime ends.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let (listener, address) = listen().await;
    task::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn http_traces(State(received): State<Received>, headers: HeaderMap, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("protobuf");
    received.headers.lock().expect("no panic").push(headers);
    received.traces.lock().expect("no panic").push(request);
}

async fn http_logs(State(received): State<Received>, body: Bytes) {
    let request = ExportLogsServiceRequest::decode(body).expect("protobuf");
    received.logs.lock().expect("no panic").push(request);
}

async fn http_metrics(State(received): State<Received>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).expect("protobuf");
    received.metrics.lock().expect("no panic").push(request);
}

#[tonic::async_trait]
impl TraceService for Received {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let headers = request.metadata().clone().into_headers();
        self.headers.lock().expect("no panic").push(headers);
        let mut traces = self.traces.lock().expect("no panic");
        traces.push(request.into_inner());
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Received {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut logs = self.logs.lock().expect("no panic");
        logs.push(request.into_inner());
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Received {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut metrics = self.metrics.lock().expect("no panic");
        metrics.push(request.into_inner());
        Ok(Response::new(Default::default()))
    }
}

pub(crate) fn attributes(pairs: &[KeyValue]) -> Attributes {
    let pair = |pair: &KeyValue| (pair.key.clone(), text(pair.value.as_ref()));
    let all: Attributes = pairs.iter().map(pair).collect();
    assert_eq!(all.len(), pairs.len(), "OTLP forbids a key to come twice");
    all
}

pub(crate) fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Lower-case hex, as log lines have it.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
