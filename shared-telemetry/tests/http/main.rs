//! The HTTP boundary: axum and reqwest over real sockets.

mod answers;
mod baggage;
mod client_span;
#[path = "../support/root.rs"]
mod root;
#[path = "../support/server.rs"]
mod server;
mod server_span;
mod trust;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use shared_telemetry::http::ServerLayer;

/// Handlers without a line of telemetry code.
fn shop() -> Router {
    async fn item(Path(id): Path<String>) -> String {
        format!("item {id}")
    }
    Router::new()
        .route("/items/{id}", get(item))
        .route("/gone", get(|| async { StatusCode::NOT_FOUND }))
        .route(
            "/broken",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .layer(ServerLayer::new())
}
