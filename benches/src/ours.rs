//! `shared-telemetry`.

use std::time::Duration;

use axum::Router;
use shared_telemetry::http::ServerLayer;
use shared_telemetry::{Service, Telemetry};

use crate::macros;
use crate::system::{System, Work};

/// Ours, as the services of this repository use it.
pub const OURS: System = System {
    name: "ServerLayer",
    with,
    layer: |routes: Router| routes.layer(ServerLayer::new()),
    in_request: macros::in_request,
    spans: macros::spans,
    wide_spans: macros::wide_spans,
    fail: |refused| shared_telemetry::error::record(refused),
};

fn with(work: Work<'_>) {
    let service = Service::new("bench", env!("CARGO_PKG_VERSION"), "bench");
    let telemetry = Telemetry::start(service).expect("nothing was started before");
    work();
    // At full load a queue may be full; the tables say how many spans arrived.
    if let Err(lost) = telemetry.stop(Duration::from_secs(60)) {
        eprintln!("ServerLayer: {lost}");
    }
}
