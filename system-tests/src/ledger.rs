//! An OTLP collector that keeps the shape of every span it is sent, small enough for hundreds of
//! thousands, and judges from them what became of each order: nobody's own counters are believed.

mod span;
mod verdict;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use prost::Message as _;
use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceRequest;
use shared_telemetry::task;
use tokio::net::TcpListener;

pub use span::{Kind, LedgerSpan};
pub use verdict::{Acknowledged, Verdict};

/// The largest export that is read.
const MAX_BODY: usize = 16 << 20;

/// A running collector. It lives as long as the test.
#[derive(Debug)]
pub struct Ledger {
    address: SocketAddr,
    spans: Spans,
}

type Spans = Arc<Mutex<Vec<LedgerSpan>>>;

impl Ledger {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let spans = Spans::default();
        let router = Router::new()
            .route("/v1/traces", post(keep))
            .route("/v1/logs", post(async || StatusCode::OK))
            .route("/v1/metrics", post(async || StatusCode::OK))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Arc::clone(&spans));
        task::spawn(async move { axum::serve(listener, router).await });
        Self { address, spans }
    }

    /// The environment of a program that exports to here.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                format!("http://{}", self.address),
            ),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
        ]
    }

    /// Runs `look` over all spans so far.
    pub fn read<T>(&self, look: impl FnOnce(&[LedgerSpan]) -> T) -> T {
        look(&self.spans.lock().unwrap())
    }

    /// What became of `orders`, once everything that was exported says that all is well; what is
    /// wrong if that is not so before `patience` is over.
    pub async fn verdict(&self, orders: &[Acknowledged], patience: Duration) -> Verdict {
        let deadline = Instant::now() + patience;
        loop {
            let verdict = self.read(|spans| Verdict::of(spans, orders));
            if verdict.is_clean() || Instant::now() > deadline {
                return verdict;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

async fn keep(State(spans): State<Spans>, body: Bytes) -> StatusCode {
    match ExportTraceServiceRequest::decode(body) {
        Ok(request) => {
            spans.lock().unwrap().extend(span::read(request));
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
