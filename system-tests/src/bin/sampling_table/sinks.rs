//! Who takes spans: the recorder that stands in the collector's place, and the backends behind a
//! collector.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use prost::Message as _;
use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceResponse;
use shared_telemetry::otlp::proto::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use shared_telemetry::task;
use tokio::net::TcpListener;
use tonic::codec::CompressionEncoding;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::otlp::{self, Export, Id};
use crate::recording::Recording;

/// The largest export that is read.
const MAX_EXPORT: usize = 64 << 20;

pub(crate) async fn listen() -> Result<(TcpListener, SocketAddr), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let bound = listener.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| format!("no port of 127.0.0.1 can be opened: {error}"))
}

type Exports = Arc<Mutex<Vec<Export>>>;

/// Keeps every export of traces; takes and forgets the rest.
pub(crate) struct Recorder {
    address: SocketAddr,
    exports: Exports,
}

impl Recorder {
    pub(crate) async fn start() -> Result<Self, String> {
        let (listener, address) = listen().await?;
        let exports = Exports::default();
        let router = Router::new()
            .route("/v1/traces", post(keep))
            .route("/v1/logs", post(async || StatusCode::OK))
            .route("/v1/metrics", post(async || StatusCode::OK))
            .layer(DefaultBodyLimit::max(MAX_EXPORT))
            .with_state(Arc::clone(&exports));
        task::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, exports })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All so far.
    pub(crate) fn recording(&self) -> Recording {
        let exports = self.exports.lock().unwrap_or_else(PoisonError::into_inner);
        Recording {
            exports: exports.clone(),
        }
    }
}

async fn keep(State(exports): State<Exports>, body: Bytes) -> StatusCode {
    match Export::decode(body) {
        Ok(export) => {
            let mut exports = exports.lock().unwrap_or_else(PoisonError::into_inner);
            exports.push(export);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// A backend of traces, by gRPC, that remembers which spans it was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backend(Arc<Mutex<HashSet<Id>>>);

impl Backend {
    /// Gives its address too.
    pub(crate) async fn start() -> Result<(Self, SocketAddr), String> {
        let (listener, address) = listen().await?;
        let backend = Self::default();
        let service = TraceServiceServer::new(backend.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(MAX_EXPORT);
        let server = tonic::transport::Server::builder().add_service(service);
        task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Ok((backend, address))
    }

    pub(crate) fn spans(&self) -> HashSet<Id> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[tonic::async_trait]
impl TraceService for Backend {
    async fn export(
        &self,
        request: Request<Export>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let export = request.into_inner();
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.extend(otlp::spans(&export).map(otlp::id));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
