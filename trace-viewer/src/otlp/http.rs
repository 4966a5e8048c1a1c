//! OTLP over HTTP: content types, gzip, the size limit, and errors in the request's encoding.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::{decompression::RequestDecompressionLayer, timeout::TimeoutLayer};

use crate::store::SharedStore;

use super::{
    Encoding, MAX_BODY_BYTES, MAX_IN_FLIGHT, Malformed, Signal, TIMEOUT, receive,
    response::{INVALID_ARGUMENT, RESOURCE_EXHAUSTED, RpcStatus},
};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

type Body = Result<Bytes, BytesRejection>;
type Store = State<Arc<SharedStore>>;

pub(crate) fn router(store: Arc<SharedStore>) -> Router {
    Router::new()
        .route(
            "/v1/traces",
            post(async |store: Store, headers: HeaderMap, body: Body| {
                export(&store, Signal::Traces, &headers, body)
            }),
        )
        .route(
            "/v1/logs",
            post(async |store: Store, headers: HeaderMap, body: Body| {
                export(&store, Signal::Logs, &headers, body)
            }),
        )
        .route(
            "/v1/metrics",
            post(async |store: Store, headers: HeaderMap, body: Body| {
                export(&store, Signal::Metrics, &headers, body)
            }),
        )
        // The body limit is read where the body is, so it counts decompressed bytes.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(RequestDecompressionLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(MAX_IN_FLIGHT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .with_state(store)
}

fn export(store: &SharedStore, signal: Signal, headers: &HeaderMap, body: Body) -> Response {
    let Some(encoding) = encoding_of(headers) else {
        let message = format!("the content type must be {PROTOBUF} or {JSON}");
        // Without a known encoding to answer in, JSON is the one a person can read.
        return error(Encoding::Json, StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    };
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("the decompressed body is over {MAX_BODY_BYTES} bytes");
            return error(encoding, StatusCode::PAYLOAD_TOO_LARGE, message);
        }
        Err(_) => {
            let message = "the body ended early, or is not in its content encoding".to_owned();
            return error(encoding, StatusCode::BAD_REQUEST, message);
        }
    };
    match receive(store, signal, encoding, &body) {
        Ok(response) => answer(encoding, StatusCode::OK, response),
        Err(malformed) => {
            let status = match malformed {
                Malformed::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
                Malformed::Protobuf(..) | Malformed::Json(..) => StatusCode::BAD_REQUEST,
            };
            error(encoding, status, malformed.to_string())
        }
    }
}

fn encoding_of(headers: &HeaderMap) -> Option<Encoding> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(PROTOBUF) {
        Some(Encoding::Protobuf)
    } else if essence.eq_ignore_ascii_case(JSON) {
        Some(Encoding::Json)
    } else {
        None
    }
}

fn error(encoding: Encoding, status: StatusCode, message: String) -> Response {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => RESOURCE_EXHAUSTED,
        _ => INVALID_ARGUMENT,
    };
    answer(
        encoding,
        status,
        RpcStatus { code, message }.encode_as(encoding),
    )
}

fn answer(encoding: Encoding, status: StatusCode, body: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static(match encoding {
        Encoding::Protobuf => PROTOBUF,
        Encoding::Json => JSON,
    });
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
