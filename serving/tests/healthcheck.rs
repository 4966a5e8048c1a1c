//! What a container learns from `healthcheck`.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::net::SocketAddr;

use axum::Router;
use serving::listen::{self, Limits};
use serving::{NotReady, Shutdown, ShutdownTrigger, healthcheck};
use shared_telemetry::http::ServerLayer;
use shared_telemetry::task;

/// A service that says `ready`, listening at all addresses of this machine.
async fn service(ready: Result<(), String>) -> (SocketAddr, ShutdownTrigger) {
    let listener = listen::bind("0.0.0.0:0".parse().unwrap()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let ready = move || {
        let ready = ready.clone();
        async move { ready }
    };
    let router = serving::routes(Router::new(), ServerLayer::new(), ready);
    let (trigger, shutdown) = Shutdown::new();
    task::spawn(listen::serve(listener, router, Limits::default(), shutdown));
    (addr, trigger)
}

async fn asked(addr: SocketAddr) -> Result<(), NotReady> {
    task::spawn_blocking(move || healthcheck(addr))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_service_that_is_ready_is_found_behind_0_0_0_0() {
    let (addr, _trigger) = service(Ok(())).await;
    assert!(addr.ip().is_unspecified());
    asked(addr).await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_not_ready_says_why() {
    let (addr, _trigger) = service(Err("the broker is not reached".to_owned())).await;
    let error = asked(addr).await.unwrap_err().to_string();
    assert!(
        error.contains("503") && error.ends_with("the broker is not reached"),
        "{error}"
    );
}

#[tokio::test]
async fn where_nobody_listens_nobody_is_ready() {
    let (addr, trigger) = service(Ok(())).await;
    trigger.request();
    let addr = SocketAddr::new([127, 0, 0, 1].into(), addr.port());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !matches!(asked(addr).await, Err(NotReady::Silent { .. })) {
        assert!(std::time::Instant::now() < deadline, "it still answers");
    }
}
