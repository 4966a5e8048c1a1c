//! An axum server and a client for it, over a real socket.

use std::net::SocketAddr;

use axum::Router;
use shared_telemetry::http::Client;
use shared_telemetry::task;
use shared_telemetry::testing::recorder;
use tokio::net::TcpListener;

/// Serves `router` on a free port until the test's runtime ends.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let _recorder = recorder();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    task::spawn(async move { axum::serve(listener, router).await });
    address
}

/// reqwest as it is: a caller that sends exactly the headers that the test says.
pub(crate) fn untraced() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("nothing to go wrong without TLS")
}

/// The CLIENT side under test.
pub(crate) fn traced() -> Client {
    Client::new(untraced())
}
