//! The gateway, as a customer sees it: place an order, ask for its state.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::json;

use crate::http_client::{RequestError, Server};

/// The cart: articles that the shop has plenty of.
const SKUS: [&str; 2] = ["TEAPOT-1", "MUG-2"];

/// Personal data of the order that no telemetry may show, and what each is. An address may be
/// found percent-encoded.
pub(crate) const CANARIES: [(&str, &str); 3] = [
    ("verify@example.com", "e-mail address"),
    ("verify%40example.com", "e-mail address"),
    ("tok_verify", "payment token"),
];

pub(crate) struct Gateway {
    server: Server,
}

/// The gateway's answer to a checkout.
#[derive(Debug, Deserialize)]
pub(crate) struct Placed {
    pub(crate) order_id: String,
    pub(crate) trace_id: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) state: String,
    pub(crate) checkout_trace_id: Option<String>,
    pub(crate) fulfillment_trace_id: Option<String>,
}

impl Gateway {
    pub(crate) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("gateway", url),
        }
    }

    /// How many lines every order has.
    pub(crate) const fn lines() -> usize {
        SKUS.len()
    }

    pub(crate) async fn place(&self) -> Result<Placed, RequestError> {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // A customer of its own for every run, so that no run finds what another one did.
        let customer = format!("verify-{}-{}", since.as_nanos(), std::process::id());
        let lines: Vec<_> = SKUS
            .iter()
            .map(|sku| json!({ "sku": sku, "quantity": 1 }))
            .collect();
        let cart = json!({
            "customer": { "id": customer, "tier": "standard", "email": CANARIES[0].0 },
            "currency": "EUR",
            "lines": lines,
            "coupon": "WELCOME10",
            "payment_token": CANARIES[2].0,
        });
        self.server.post(&["checkout"], &cart).await?.json()
    }

    /// Nothing while the gateway does not know the order yet, or cannot tell just now.
    pub(crate) async fn state(&self, order_id: &str) -> Result<Option<State>, RequestError> {
        let reply = self.server.get(&["orders", order_id], &[]).await?;
        if reply.status == StatusCode::NOT_FOUND || reply.status.is_server_error() {
            return Ok(None);
        }
        reply.json().map(Some)
    }
}
