//! Talking to the gateway as a customer does.

use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::Demo;
use crate::demo::PATIENCE;

/// An answer, read in full.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body, `null` when it is not JSON.
    pub json: Value,
}

/// An order that the gateway has accepted.
#[derive(Debug)]
pub struct Order {
    /// The answer to the checkout.
    pub accepted: Value,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let json = response.json().await.unwrap_or(Value::Null);
        Self {
            status,
            headers,
            json,
        }
    }

    /// The trace id in `traceresponse`.
    #[must_use]
    pub fn trace_id(&self) -> String {
        let header = self
            .headers
            .get("traceresponse")
            .expect("every answer names its trace");
        header
            .to_str()
            .unwrap()
            .split('-')
            .nth(1)
            .unwrap()
            .to_owned()
    }
}

impl Demo {
    /// `GET` at a service, by its name and a path.
    pub async fn get(&self, service: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.url(service));
        Answer::read(reqwest::get(url).await.expect("the service answers")).await
    }

    /// Waits until a service of a demo that was not waited for answers at all.
    pub async fn up(&self, service: &str) {
        let deadline = Instant::now() + PATIENCE;
        let url = format!("{}/healthz", self.url(service));
        while reqwest::get(&url).await.is_err() {
            assert!(Instant::now() < deadline, "{service} does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// `POST /checkout` with a body as it is, and headers.
    pub async fn checkout(&self, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/checkout", self.url("gateway"));
        let mut request = reqwest::Client::new().post(url).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("the gateway answers")).await
    }

    /// Places an order of two articles with a coupon and waits until its stock is reserved.
    pub async fn order(&self) -> Order {
        let accepted = self.checkout(&cart(), &[]).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.json);
        let order = Order {
            accepted: accepted.json,
        };
        self.order_in_state(&order.id(), "reserved").await;
        order
    }

    /// Waits until an order is out of the queue, however that ended, and gives the answer of
    /// `GET /orders/{id}`.
    pub async fn order_decided(&self, id: &str) -> Value {
        self.order_when(id, "decided", |state| state != "accepted")
            .await
    }

    /// Waits until an order has that state and gives the answer of `GET /orders/{id}`.
    pub async fn order_in_state(&self, id: &str, state: &str) -> Value {
        self.order_when(id, state, |now| now == state).await
    }

    async fn order_when(&self, id: &str, what: &str, wanted: impl Fn(&str) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get("gateway", &format!("/orders/{id}")).await;
            if answer.json["state"].as_str().is_some_and(&wanted) {
                return answer.json;
            }
            assert!(
                Instant::now() < deadline,
                "order {id} is never {what}: {}",
                answer.json
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Order {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        self.accepted["order_id"].as_str().unwrap().to_owned()
    }

    /// The trace of its checkout.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.accepted["trace_id"].as_str().unwrap().to_owned()
    }
}

/// A cart that every service has something to do with.
#[must_use]
pub fn cart() -> Value {
    json!({
        "lines": [{"sku": "TEAPOT-1", "quantity": 2}, {"sku": "MUG-2", "quantity": 1}],
        "currency": "EUR",
        "customer": {"id": "c-42", "tier": "gold", "email": "ada@example.com"},
        "coupon": "WELCOME10",
        "payment_token": "tok_4242424242424242"
    })
}
