//! An OTLP collector that keeps what it is sent, as text to search.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use prost::Message;
use shared_telemetry::otlp::proto::collector;
use shared_telemetry::task;
use tokio::net::TcpListener;

const MAX_BODY: usize = 16 << 20;

/// Each request as its `Debug`, in which numbers can be found as texts can.
#[derive(Clone)]
pub(crate) struct Collector {
    received: Arc<Mutex<String>>,
    pub(crate) url: String,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Self {
            received: Arc::default(),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let router = Router::new()
            .fallback(keep)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(collector.clone());
        task::spawn(async move { axum::serve(listener, router).await });
        collector
    }

    pub(crate) fn received(&self) -> String {
        self.received.lock().unwrap().clone()
    }
}

async fn keep(State(collector): State<Collector>, uri: Uri, body: Bytes) -> StatusCode {
    use collector::logs::v1::ExportLogsServiceRequest as Logs;
    use collector::metrics::v1::ExportMetricsServiceRequest as Metrics;
    use collector::trace::v1::ExportTraceServiceRequest as Traces;
    let text = match uri.path() {
        "/v1/traces" => format!("{:?}", Traces::decode(body).unwrap()),
        "/v1/logs" => format!("{:?}", Logs::decode(body).unwrap()),
        "/v1/metrics" => format!("{:?}", Metrics::decode(body).unwrap()),
        other => panic!("an export to {other}"),
    };
    let mut received = collector.received.lock().unwrap();
    *received += &format!("{} {text}\n", uri.path());
    StatusCode::OK
}
