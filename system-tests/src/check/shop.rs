//! The gateway, as a customer sees it.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};

use super::http;

/// Longer than the gateway takes to give up.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where orders are placed.
#[derive(Debug)]
pub struct Shop {
    /// The gateway's address.
    pub gateway: Url,
    client: Client,
}

/// An order that was acknowledged.
#[derive(Debug, Clone)]
pub struct Promise {
    /// As the gateway said it.
    pub order_id: String,
    /// Of the checkout; 32 hex digits.
    pub trace_id: String,
}

impl Shop {
    /// The shop behind this gateway.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(gateway: Url) -> Self {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build();
        Self {
            gateway,
            client: client.expect("a client without TLS has nothing that can fail to load"),
        }
    }

    /// One piece of an article, once for each key.
    ///
    /// # Errors
    /// What was said instead of an acknowledgement.
    pub async fn order(
        &self,
        key: &str,
        article: &str,
        baggage: Option<&str>,
    ) -> Result<Promise, String> {
        let cart = json!({
            "lines": [{"sku": article, "quantity": 1}],
            "currency": "EUR",
            "customer": {"id": key, "tier": "standard", "email": "ada@example.com"},
            "payment_token": "tok_4242424242424242",
        });
        let url = self.gateway.join("checkout").expect("a plain path");
        let mut request = self
            .client
            .post(url)
            .header("idempotency-key", format!("\"{key}\""))
            .json(&cart);
        if let Some(baggage) = baggage {
            request = request.header("baggage", baggage);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(|error| error.to_string())?;
        match (body["order_id"].as_str(), body["trace_id"].as_str()) {
            (Some(order_id), Some(trace_id)) if status == StatusCode::ACCEPTED => Ok(Promise {
                order_id: order_id.to_owned(),
                trace_id: trace_id.to_owned(),
            }),
            _ => Err(format!("{status} {body}")),
        }
    }

    /// The state of an order; what was said instead when there is none.
    pub async fn state(&self, order_id: &str) -> String {
        let path = format!("orders/{order_id}");
        match http::get(&self.client, &self.gateway, &path, &[]).await {
            Ok(order) => order["state"].as_str().unwrap_or("no state").to_owned(),
            Err(error) => error,
        }
    }

    /// All pieces of all articles that are ordered here.
    ///
    /// # Errors
    /// When the gateway does not say it.
    pub async fn stock(&self) -> Result<u64, String> {
        let mut pieces = 0;
        for article in loadgen::ARTICLES {
            let path = format!("stock/{article}");
            let stock = http::get(&self.client, &self.gateway, &path, &[]).await?;
            let available = stock["available"].as_u64();
            pieces += available.ok_or_else(|| format!("no stock of {article}: {stock}"))?;
        }
        Ok(pieces)
    }
}
