//! HTTP: `shared_telemetry::http::Client` to `http::ServerLayer`, over a socket.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use propagation_harness::{Boundary, Caller, Landing, Observation};
use shared_telemetry::http::{Client, ServerLayer};
use shared_telemetry::task;
use shared_telemetry::testing::SpanKind;
use tokio::net::TcpListener;

/// What the handler saw: the header on the wire, and what was active.
type Seen = Arc<Mutex<Option<(Option<String>, Landing)>>>;

async fn handler(State(seen): State<Seen>, headers: HeaderMap) {
    let header = headers.get("traceparent");
    let header = header.map(|value| value.to_str().unwrap().to_owned());
    *seen.lock().unwrap() = Some((header, Landing::here()));
}

#[tokio::test]
async fn a_request_carries_everything_to_the_server() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let seen = Seen::default();
        let router = Router::new()
            .route("/items/{id}", get(handler))
            .layer(ServerLayer::new())
            .with_state(Arc::clone(&seen));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/items/1", listener.local_addr().unwrap());
        let server = task::spawn(async move { axum::serve(listener, router).await });

        let call = |landing: Landing| async move {
            let client = Client::new(reqwest::Client::new());
            client.send(client.get(url)).await.unwrap();
            landing
        };
        let sent = caller.run(call).await;
        server.abort();
        let (header, landed) = seen.lock().unwrap().take().unwrap();

        let hop = Boundary::Http;
        hop.sent(&sent, header.as_deref());
        if caller.sampled() {
            let recorded = observation
                .recorded_when(|recorded| recorded.has("GET /items/{id}") && recorded.has("caller"))
                .await;
            hop.ended(&recorded, &SpanKind::Client, "GET", 1);
            let around = recorded.one("caller", SpanKind::Internal);
            let client = hop.child(&recorded, around, SpanKind::Client, "GET");
            hop.child(&recorded, client, SpanKind::Server, "GET /items/{id}");
        }
        hop.landed(&sent, &landed);
        if !caller.sampled() {
            hop.not_recorded(
                &observation.recorded(),
                &["caller", "GET", "GET /items/{id}"],
            );
        }
    }
}
