//! A shop that behaves as a test wants it, and loadgen's program run against it.

#![allow(dead_code)] // Each test file uses its part.
#![allow(clippy::unwrap_used)] // Clippy does not know that this file is a test's.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::RwLock;

/// How it behaves, and what it has seen.
#[derive(Default)]
pub(crate) struct Shop {
    /// The number of a request at which all of the shop stands still, and for how long.
    pub(crate) stands_still: Option<(u64, Duration)>,
    /// Nothing is ever answered.
    pub(crate) never_answers: bool,
    /// The state of every order, `reserved` unless told.
    pub(crate) state: Option<&'static str>,
    /// An idempotency key means nothing to it.
    pub(crate) forgets_keys: bool,
    /// Every checkout is answered so.
    pub(crate) refuses: Option<StatusCode>,
    pub(crate) requests: AtomicU64,
    pub(crate) open: RwLock<()>,
    pub(crate) orders: Mutex<HashMap<String, u64>>,
    pub(crate) seen: Mutex<Vec<(String, HeaderMap)>>,
}

/// A shop that runs.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) shop: Arc<Shop>,
}

impl Shop {
    pub(crate) async fn start(self) -> Running {
        let shop = Arc::new(self);
        let router = Router::new()
            .route("/checkout", post(checkout))
            .route(
                "/stock/{sku}",
                get(|| async { Json(json!({"available": 1})) }),
            )
            .route("/orders/{id}", get(order))
            .layer(from_fn_with_state(Arc::clone(&shop), behave))
            .with_state(Arc::clone(&shop));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serve = async move { axum::serve(listener, router).await.unwrap() };
        shared_telemetry::task::spawn(serve);
        Running { url, shop }
    }
}

impl Running {
    /// The values of a header, in the order of the requests that had it.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let seen = self.shop.seen.lock().unwrap();
        let value = |(_, headers): &(String, HeaderMap)| {
            Some(headers.get(name)?.to_str().unwrap().to_owned())
        };
        seen.iter().filter_map(value).collect()
    }

    /// How many requests had a path that starts so.
    pub(crate) fn count(&self, path: &str) -> usize {
        let seen = self.shop.seen.lock().unwrap();
        seen.iter()
            .filter(|(seen, _)| seen.starts_with(path))
            .count()
    }
}

async fn behave(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let seen = (request.uri().path().to_owned(), request.headers().clone());
    shop.seen.lock().unwrap().push(seen);
    let number = shop.requests.fetch_add(1, Ordering::Relaxed);
    if shop.never_answers {
        std::future::pending::<()>().await;
    }
    match shop.stands_still {
        Some((at, time)) if at == number => {
            let _alone = shop.open.write().await;
            tokio::time::sleep(time).await;
        }
        _ => drop(shop.open.read().await),
    }
    next.run(request).await
}

async fn checkout(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if let Some(status) = shop.refuses {
        return status.into_response();
    }
    assert!((1..=3).contains(&body["lines"].as_array().unwrap().len()));
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut orders = shop.orders.lock().unwrap();
    let next = orders.len() as u64;
    let number = match orders.get(&key) {
        Some(number) if !shop.forgets_keys => *number,
        Some(_) => next + 1_000_000,
        None => next,
    };
    orders.insert(key, number);
    let body = json!({"order_id": format!("order-{number}"), "trace_id": "of the shop"});
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Json<Value> {
    Json(json!({"order_id": id, "state": shop.state.unwrap_or("reserved")}))
}

pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }
}

pub(crate) fn program(arguments: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command
        .args(arguments)
        // Traced, but nobody is there to take the spans.
        .env("OTEL_TRACES_EXPORTER", "none")
        .env("OTEL_METRICS_EXPORTER", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub(crate) async fn loadgen(arguments: &[&str]) -> Output {
    let output = program(arguments).output().await.unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
