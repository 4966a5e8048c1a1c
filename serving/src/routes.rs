//! The layers around a service's own routes, and its health.

use std::any::Any;
use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Method, StatusCode, Uri};
use shared_telemetry::http::ServerLayer;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{Problem, Shutdown};

const MAX_BODY_BYTES: usize = 64 * 1024;
/// A request that takes longer has long been given up by its caller.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Puts the layers around `api` and adds `/healthz` (the process runs) and `/readyz` (`ready`
/// says why not; a process that was asked to stop is not ready either). The two are not traced: a probe every few seconds would be most of all traces.
///
/// From the outside in: the SERVER span with the trace's name on every answer, so that panics and
/// time-outs are inside of it; panics become 500; time; size.
pub fn routes<F, R>(api: Router, edge: ServerLayer, ready: F) -> Router
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<(), String>> + Send,
{
    let traced = untraced(api.fallback(not_found)).layer(edge);
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route(
            "/readyz",
            get(async move |listener: Option<Extension<Shutdown>>| {
                let stopping = listener.is_some_and(|Extension(stop)| stop.is_requested());
                match ready().await {
                    _ if stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned()),
                    Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
                    Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
                }
            }),
        )
        .merge(traced)
}

/// The same layers but for the span, around routes that are worth no trace: a page's files, and
/// what is about telemetry itself. To be merged with what [`routes`] gives.
pub fn untraced(api: Router) -> Router {
    api.method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
}

async fn not_found(uri: Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("nothing is served at {}", uri.path()),
    )
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let detail = format!("{method} is not served at {}", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(elapsed) => Problem::from_error(
            StatusCode::SERVICE_UNAVAILABLE,
            format!(
                "the request took longer than {} s",
                REQUEST_TIMEOUT.as_secs()
            ),
            &elapsed,
        )
        .into_response(),
    }
}

/// The panic's own message may hold anything; it is on standard error, where the hook put it.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::from_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the service failed",
        &HandlerPanicked,
    )
    .into_response()
}

#[derive(Debug, thiserror::Error)]
#[error("the handler panicked")]
struct HandlerPanicked;
