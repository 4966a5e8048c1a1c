//! A collector on a free port of this machine: it counts what comes, and behaves badly where asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use prost::Message as _;
use shared_telemetry::otlp::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceRequest;
use shared_telemetry::task;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::told::{self, Told};

/// The largest export that is read.
const LARGEST: usize = 64 << 20;
/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1";

/// How it treats spans and log records. Metrics it always takes: they tell what became of the others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    Well,
    /// Answers after that time.
    Slow(Duration),
    /// Answers 503.
    Refusing,
    /// Is not there.
    Gone,
}

/// What has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrived {
    pub(crate) spans: u64,
    /// Of OTLP, with spans.
    pub(crate) bytes: u64,
    /// Spans of `POST /checkout`.
    pub(crate) checkouts: u64,
}

/// A running collector.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: String,
    mood: Mood,
    state: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    arrived: Arrived,
    told: HashMap<told::Key, i64>,
}

#[derive(Clone)]
struct Desk {
    mood: Mood,
    state: Arc<Mutex<Seen>>,
}

impl Receiver {
    pub(crate) fn start(runtime: &Runtime, mood: Mood) -> Result<Self, String> {
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .map_err(|error| format!("no port for a collector: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let state = Arc::new(Mutex::new(Seen::default()));
        let desk = Desk {
            mood,
            state: Arc::clone(&state),
        };
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/logs", post(logs))
            .route("/v1/metrics", post(metrics))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(desk);
        let _entered = runtime.enter();
        task::spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            address: format!("http://{address}"),
            mood,
            state,
        })
    }

    /// The environment of a program that exports to here.
    pub(crate) fn environment(&self) -> [(&'static str, String); 3] {
        let own: &str = match self.mood {
            Mood::Gone => NOBODY,
            Mood::Well | Mood::Slow(_) | Mood::Refusing => &self.address,
        };
        let metrics = format!("{}/v1/metrics", self.address);
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", own.to_owned()),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", metrics),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
        ]
    }

    pub(crate) fn arrived(&self) -> Arrived {
        lock(&self.state).arrived
    }

    /// What the services themselves have told of their spans.
    pub(crate) fn told(&self) -> Told {
        Told::of(&lock(&self.state).told)
    }
}

fn lock(state: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// `Err` with the answer, where it takes nothing.
    async fn mood(&self) -> Result<(), StatusCode> {
        match self.mood {
            Mood::Well | Mood::Gone => Ok(()),
            Mood::Slow(by) => {
                tokio::time::sleep(by).await;
                Ok(())
            }
            Mood::Refusing => Err(StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

async fn traces(State(desk): State<Desk>, body: Bytes) -> Result<(), StatusCode> {
    desk.mood().await?;
    let bytes = body.len() as u64;
    let export =
        ExportTraceServiceRequest::decode(body).map_err(|_strange| StatusCode::BAD_REQUEST)?;
    let scopes = export
        .resource_spans
        .iter()
        .flat_map(|group| &group.scope_spans);
    let (mut spans, mut checkouts) = (0, 0);
    for span in scopes.flat_map(|scope| &scope.spans) {
        spans += 1;
        checkouts += u64::from(span.name == "POST /checkout");
    }
    let arrived = &mut lock(&desk.state).arrived;
    arrived.spans += spans;
    arrived.bytes += bytes;
    arrived.checkouts += checkouts;
    Ok(())
}

async fn logs(State(desk): State<Desk>) -> Result<(), StatusCode> {
    desk.mood().await
}

async fn metrics(State(desk): State<Desk>, body: Bytes) -> Result<(), StatusCode> {
    let export =
        ExportMetricsServiceRequest::decode(body).map_err(|_strange| StatusCode::BAD_REQUEST)?;
    lock(&desk.state).told.extend(told::read(&export));
    Ok(())
}
