//! `axum-tracing-opentelemetry` and `tonic-tracing-opentelemetry`, with tracing-opentelemetry.

use axum::Router;
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use tonic_tracing_opentelemetry::middleware::{client, server};
use tower::Layer as _;

use super::stock;
use crate::system::System;
use crate::{grpc, macros};

/// As its documentation shows it. It names the spans of `tracing` by a target of its own.
pub const AXUM_TRACING: System = System {
    name: "axum-tracing-opentelemetry",
    with: stock::with,
    layer: |routes: Router| routes.layer(OtelAxumLayer::default()),
    in_request: macros::in_request,
    spans: macros::spans,
    wide_spans: macros::wide_spans,
    fail: stock::fail,
};

/// A client's span and a server's for each call.
pub fn calls(rounds: u32) {
    let server = server::OtelGrpcLayer::default().layer(grpc::server());
    grpc::call(client::OtelGrpcLayer.layer(server), rounds);
}
