//! One request through an axum router, without a socket.

use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Request;
use axum::routing::get;
use shared_telemetry::http::ServerLayer;
use tower::Service as _;
use tower::layer::util::Identity;

use crate::{span, stock};

pub(crate) const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
pub(crate) const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

fn routes() -> Router {
    async fn hello(Path(_name): Path<String>) -> &'static str {
        "hello"
    }
    Router::new().route("/hello/{name}", get(hello))
}

fn request(traceparent: &'static str) -> Request<Body> {
    Request::get("/hello/ada")
        .header("host", "shop.example:8080")
        .header("user-agent", "curl/8.5.0")
        .header("accept", "*/*")
        .header("traceparent", traceparent)
        .body(Body::empty())
        .expect("a well-formed request")
}

/// Sends the requests, one after the other.
fn send(mut router: Router, traceparent: &'static str, rounds: u32) {
    span::runtime().block_on(async {
        for _ in 0..rounds {
            let response = router.call(request(traceparent)).await;
            black_box(&response);
        }
    });
}

pub(crate) fn bare(rounds: u32, _: &str) {
    send(routes(), SAMPLED, rounds);
}

/// What axum takes for any layer.
pub(crate) fn empty(rounds: u32, _: &str) {
    send(routes().layer(Identity::new()), SAMPLED, rounds);
}

pub(crate) fn ours_unsampled(rounds: u32, _: &str) {
    span::with_ours(|| send(routes().layer(ServerLayer::new()), UNSAMPLED, rounds));
}

pub(crate) fn ours_sampled(rounds: u32, _: &str) {
    span::with_ours(|| send(routes().layer(ServerLayer::new()), SAMPLED, rounds));
}

pub(crate) fn stock_unsampled(rounds: u32, _: &str) {
    stock::with(|| send(stock::http_layer(routes()), UNSAMPLED, rounds));
}

pub(crate) fn stock_sampled(rounds: u32, _: &str) {
    stock::with(|| send(stock::http_layer(routes()), SAMPLED, rounds));
}
