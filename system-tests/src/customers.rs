//! Many customers at once, who want what they were promised: each tries again with the same
//! `Idempotency-Key` until a broker has its order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::Demo;
use crate::demo::PATIENCE;
use crate::ledger::Acknowledged;

/// The articles of which there is plenty.
const ARTICLES: [&str; 4] = ["TEAPOT-1", "MUG-2", "KETTLE-3", "INFUSER-4"];
/// How many of each article there are at first.
const STOCK: u64 = 10_000;
/// How many customers stand at the counter at the same time.
const AT_ONCE: usize = 8;

/// The customers of a test, and what they were told.
#[derive(Debug, Default)]
pub struct Customers {
    promised: Mutex<Vec<Acknowledged>>,
    refusals: AtomicUsize,
    baggage: Option<&'static str>,
}

impl Customers {
    /// Customers who send this baggage along, for example to ask for a fault.
    #[must_use]
    pub fn with_baggage(baggage: &'static str) -> Self {
        Self {
            baggage: Some(baggage),
            ..Self::default()
        }
    }

    /// Places `orders` orders of one piece, spread over the articles.
    ///
    /// # Panics
    /// When one is still refused after the test's patience.
    pub async fn order(&self, demo: &Demo, orders: usize) {
        let next = AtomicUsize::new(self.promised());
        let last = self.promised() + orders;
        let client = reqwest::Client::new();
        let counter = async || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= last {
                    return;
                }
                self.insist(demo, &client, number).await;
            }
        };
        join_all((0..AT_ONCE).map(|_| counter())).await;
    }

    async fn insist(&self, demo: &Demo, client: &reqwest::Client, number: usize) {
        let deadline = Instant::now() + PATIENCE;
        let article = ARTICLES[number % ARTICLES.len()];
        let cart = json!({
            "lines": [{"sku": article, "quantity": 1}],
            "currency": "EUR",
            "customer": {
                "id": format!("c-{number}"), "tier": "standard", "email": "ada@example.com",
            },
            "payment_token": "tok_4242424242424242",
        });
        loop {
            match self.ask(demo, client, number, &cart).await {
                Ok(promised) => return self.promised.lock().unwrap().push(promised),
                Err(told) => assert!(Instant::now() < deadline, "order {number}: {told}"),
            }
            self.refusals.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ask(
        &self,
        demo: &Demo,
        client: &reqwest::Client,
        number: usize,
        cart: &Value,
    ) -> Result<Acknowledged, String> {
        let mut request = client
            .post(format!("{}/checkout", demo.url("gateway")))
            .timeout(Duration::from_secs(15))
            .header("idempotency-key", format!("\"customer-{number}\""))
            .json(cart);
        if let Some(baggage) = self.baggage {
            request = request.header("baggage", baggage);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(|error| error.to_string())?;
        assert!(
            !matches!(status.as_u16(), 400 | 422),
            "a wrong test: {body}"
        );
        if status != StatusCode::ACCEPTED {
            return Err(format!("{status} {body}"));
        }
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        Ok(Acknowledged {
            order_id: text("order_id"),
            trace_id: u128::from_str_radix(&text("trace_id"), 16).unwrap_or_default(),
        })
    }

    /// How many orders were promised so far.
    pub fn promised(&self) -> usize {
        self.promised.lock().unwrap().len()
    }

    /// How often a customer was told to try again, or told nothing.
    pub fn refusals(&self) -> usize {
        self.refusals.load(Ordering::Relaxed)
    }

    /// What they were promised, one entry an order.
    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        self.promised.lock().unwrap().clone()
    }

    /// Waits until each promised order is reserved, and checks that the warehouse has given away
    /// one piece for each: none lost, none twice.
    ///
    /// # Panics
    /// When an order has another end, or the stock does not add up.
    pub async fn are_served(&self, demo: &Demo) {
        for order in self.acknowledged() {
            demo.order_in_state(&order.order_id, "reserved").await;
        }
        let mut taken = 0;
        for article in ARTICLES {
            let answer = demo.get("gateway", &format!("/stock/{article}")).await;
            let left = answer.json["available"]
                .as_u64()
                .unwrap_or_else(|| panic!("{article}: {}", answer.json));
            taken += STOCK - left;
        }
        assert_eq!(
            taken,
            self.promised() as u64,
            "pieces taken from the stock, against orders promised"
        );
    }
}
