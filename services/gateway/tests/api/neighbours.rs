//! Stubs of pricing, inventory and fulfillment, on one port.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use shared_telemetry::task;
use tokio::sync::watch;

use crate::shop::PATIENCE;

/// What a stub has heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) sku: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) headers: HeaderMap,
}

#[derive(Clone, Default)]
pub(crate) struct Neighbours {
    addr: Option<SocketAddr>,
    heard: Arc<Mutex<Vec<Heard>>>,
    orders: Arc<Mutex<HashMap<String, Value>>>,
    broken: Arc<Mutex<Option<StatusCode>>>,
    /// Pricing answers only while this is false.
    silent: Arc<watch::Sender<bool>>,
}

impl Neighbours {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            addr: Some(listener.local_addr().unwrap()),
            ..Self::default()
        };
        let router = Router::new()
            .route("/quote/{sku}", get(quote))
            .route("/items", get(items))
            .route("/stock/{sku}", get(stock))
            .route("/orders/{id}", get(order))
            .with_state(this.clone());
        task::spawn(async move { axum::serve(listener, router).await.unwrap() });
        this
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr.unwrap())
    }

    /// The quotes that were asked for, by SKU.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        let mut heard = self.heard.lock().unwrap().clone();
        heard.sort_by(|one, other| one.sku.cmp(&other.sku));
        heard
    }

    /// From now on pricing hears questions and answers none, or all.
    pub(crate) fn silence_pricing(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    /// Waits until pricing has heard so many questions.
    pub(crate) async fn asked(&self, times: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.heard().len() < times {
            assert!(Instant::now() < deadline, "heard {:?}", self.heard());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Fulfillment has finished with an order.
    pub(crate) fn fulfill(&self, id: &str, order: Value) {
        self.orders.lock().unwrap().insert(id.to_owned(), order);
    }

    /// From now on every question is answered with this status.
    pub(crate) fn break_with(&self, status: StatusCode) {
        *self.broken.lock().unwrap() = Some(status);
    }

    /// Everything works again.
    pub(crate) fn mend(&self) {
        *self.broken.lock().unwrap() = None;
    }

    fn broken(&self) -> Option<StatusCode> {
        *self.broken.lock().unwrap()
    }
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({"status": status.as_u16(), "detail": detail}).to_string();
    (status, [("content-type", "application/problem+json")], body).into_response()
}

async fn quote(
    State(stub): State<Neighbours>,
    Path(sku): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let quantity: u64 = query["quantity"].parse().unwrap();
    let coupon = query.get("coupon").cloned();
    stub.heard.lock().unwrap().push(Heard {
        sku: sku.clone(),
        query,
        headers,
    });
    let mut silent = stub.silent.subscribe();
    silent.wait_for(|silent| !silent).await.unwrap();
    if let Some(status) = stub.broken() {
        return problem(status, "pricing is out of order");
    }
    let unit = match sku.as_str() {
        "TEAPOT-1" => 2490,
        "MUG-2" => 990,
        _ => return problem(StatusCode::NOT_FOUND, "no such article"),
    };
    let subtotal = unit * quantity;
    let discount = match coupon.as_deref() {
        None => 0,
        Some("GOLD20") => subtotal / 5,
        Some(_) => {
            return problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the coupon \"NOPE\" is unknown",
            );
        }
    };
    let total = subtotal - discount;
    let quote = json!({
        "sku": sku, "name": "An article", "quantity": quantity, "unit_cents": unit,
        "subtotal_cents": subtotal, "discount_cents": discount, "total_cents": total,
    });
    Json(quote).into_response()
}

async fn items(State(stub): State<Neighbours>, headers: HeaderMap) -> Response {
    stub.heard.lock().unwrap().push(Heard {
        sku: "all".to_owned(),
        query: HashMap::new(),
        headers,
    });
    match stub.broken() {
        Some(status) => problem(status, "pricing is out of order"),
        None => Json(articles()).into_response(),
    }
}

/// What is for sale, with a field that the gateway knows nothing of.
pub(crate) fn articles() -> Value {
    json!({"items": [
        {"sku": "MUG-2", "name": "Mug", "unit_cents": {"EUR": 990, "USD": 1090}, "new": true},
    ]})
}

async fn stock(State(stub): State<Neighbours>, Path(sku): Path<String>) -> Response {
    match (stub.broken(), sku.as_str()) {
        (Some(status), _) => problem(status, "inventory is out of order"),
        (None, "MUG-2") => Json(json!({"sku": sku, "available": 7})).into_response(),
        (None, _) => problem(StatusCode::NOT_FOUND, "no such article"),
    }
}

async fn order(State(stub): State<Neighbours>, Path(id): Path<String>) -> Response {
    if let Some(status) = stub.broken() {
        return problem(status, "fulfillment is out of order");
    }
    match stub.orders.lock().unwrap().get(&id) {
        Some(order) => Json(order.clone()).into_response(),
        None => problem(StatusCode::NOT_FOUND, "no such order"),
    }
}
