//! OTLP over gRPC: the three Export methods, on messages that stay bytes until the common path.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::{Buf, BufMut, Bytes};
use tokio::time::timeout;
use tonic::{
    Status,
    codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, UnaryService},
};
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::store::SharedStore;

use super::{Encoding, MAX_BODY_BYTES, MAX_IN_FLIGHT, Malformed, Signal, TIMEOUT, receive};

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

type Store = State<Arc<SharedStore>>;

pub(crate) fn router(store: Arc<SharedStore>) -> Router {
    Router::new()
        .route(TRACES, post(async |store: Store, request: Request| {
            export(store.0, Signal::Traces, request).await
        }))
        .route(LOGS, post(async |store: Store, request: Request| {
            export(store.0, Signal::Logs, request).await
        }))
        .route(METRICS, post(async |store: Store, request: Request| {
            export(store.0, Signal::Metrics, request).await
        }))
        .fallback(async || {
            let message = "only the Export methods of TraceService, LogsService and MetricsService are served";
            Status::unimplemented(message).into_http::<axum::body::Body>()
        })
        .layer(GlobalConcurrencyLimitLayer::new(MAX_IN_FLIGHT))
        .with_state(store)
}

async fn export(store: Arc<SharedStore>, signal: Signal, request: Request) -> Response {
    let mut grpc = Grpc::new(RawCodec)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MAX_BODY_BYTES);
    match timeout(TIMEOUT, grpc.unary(Export { store, signal }, request)).await {
        Ok(response) => response.into_response(),
        Err(_) => {
            let message = format!("the request did not arrive within {TIMEOUT:?}");
            Status::deadline_exceeded(message).into_http::<axum::body::Body>()
        }
    }
}

struct Export {
    store: Arc<SharedStore>,
    signal: Signal,
}

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = std::future::Ready<Result<tonic::Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let received = receive(
            &self.store,
            self.signal,
            Encoding::Protobuf,
            request.get_ref(),
        );
        std::future::ready(match received {
            Ok(response) => Ok(tonic::Response::new(response.into())),
            Err(malformed @ Malformed::TooLarge(_)) => {
                Err(Status::resource_exhausted(malformed.to_string()))
            }
            Err(malformed) => Err(Status::invalid_argument(malformed.to_string())),
        })
    }
}

/// Leaves messages as they are. A codec that decodes them, as generated servers have, would answer
/// a malformed one with INTERNAL, for which the sender is not to blame.
#[derive(Clone, Copy)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
