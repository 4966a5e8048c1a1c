//! An OTLP collector that keeps what it is sent, as text to search.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use prost::Message;
use shared_telemetry::otlp::proto::collector;
use shared_telemetry::task;
use tokio::net::TcpListener;

/// Each request as its `Debug`, in which numbers are readable as texts are.
#[derive(Clone, Default)]
pub(crate) struct Collector(Arc<Mutex<String>>);

impl Collector {
    pub(crate) async fn start(&self) -> SocketAddr {
        let router = Router::new().fallback(keep).with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        task::spawn(async move { axum::serve(listener, router).await });
        address
    }

    pub(crate) fn received(&self) -> String {
        self.0.lock().expect("no panic").clone()
    }
}

async fn keep(State(collector): State<Collector>, uri: Uri, body: Bytes) {
    use collector::logs::v1::ExportLogsServiceRequest as Logs;
    use collector::metrics::v1::ExportMetricsServiceRequest as Metrics;
    use collector::trace::v1::ExportTraceServiceRequest as Traces;
    let text = match uri.path() {
        "/v1/traces" => format!("{:?}", Traces::decode(body).expect("OTLP")),
        "/v1/logs" => format!("{:?}", Logs::decode(body).expect("OTLP")),
        "/v1/metrics" => format!("{:?}", Metrics::decode(body).expect("OTLP")),
        other => panic!("{other}"),
    };
    let line = format!("{} {text}\n", uri.path());
    collector.0.lock().expect("no panic").push_str(&line);
}
