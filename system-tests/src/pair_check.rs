//! Orders placed quickly on a demo that samples at the head, so that many share a batch; what was
//! kept of each is judged by the exported spans.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::demo::PATIENCE;
use crate::ledger::Acknowledged;
use crate::pairs::Pairs;
use crate::{Demo, DemoBuilder, Ledger};

/// Articles of which there are ten thousand each.
const ARTICLES: [&str; 4] = ["TEAPOT-1", "MUG-2", "KETTLE-3", "INFUSER-4"];
/// How many customers stand at the counter at the same time.
const AT_ONCE: usize = 24;

/// How a run is to be.
#[derive(Debug, Clone)]
pub struct PairCheck {
    /// The demo's program.
    pub demo: PathBuf,
    /// How many orders are placed.
    pub orders: usize,
    /// `OTEL_TRACES_SAMPLER` and its argument, for all services.
    pub sampler: (String, String),
    /// A batch is full with so many messages.
    pub batch: usize,
    /// How long fulfillment may take for what is left when the last order was placed.
    pub patience: Duration,
}

impl PairCheck {
    /// Places the orders, waits until all are worked on and all spans are exported, and judges.
    ///
    /// # Panics
    /// When an order is refused, or fulfillment does not come to an end.
    pub async fn run(&self) -> Pairs {
        let ledger = Ledger::start().await;
        let mut demo = self.start(&ledger);
        let orders = place(&demo, self.orders).await;
        self.until_worked_on(&demo).await;
        // What is still in a queue is exported now.
        assert!(demo.stop().success(), "{}", demo.output());
        ledger.read(|spans| Pairs::of(spans, &orders))
    }

    fn start(&self, ledger: &Ledger) -> Demo {
        let (sampler, argument) = &self.sampler;
        DemoBuilder::new(&self.demo.display().to_string())
            .exporting_to(ledger)
            .env("OTEL_TRACES_SAMPLER", sampler)
            .env("OTEL_TRACES_SAMPLER_ARG", argument)
            // Nothing may be lost but by the sampler.
            .env("OTEL_BSP_MAX_QUEUE_SIZE", "200000")
            .env("DEMO_FAULTS", "on")
            .set(&format!("fulfillment.BATCH_MAX_MESSAGES={}", self.batch))
            .start()
    }

    async fn until_worked_on(&self, demo: &Demo) {
        let deadline = Instant::now() + self.patience;
        loop {
            let lag = demo.get("fulfillment", "/lag").await.json;
            if lag["lag"] == 0 {
                return;
            }
            assert!(Instant::now() < deadline, "still waiting: {lag}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What a customer asks for beside his order: some orders end badly, as in life.
fn fault(number: usize) -> Option<&'static str> {
    match number % 500 {
        7 => Some("demo.fault=inventory.error"),
        n if n % 50 == 11 => Some("demo.fault=fulfillment.poison"),
        n if n % 50 == 31 => Some("demo.fault=inventory.out_of_stock"),
        _ => None,
    }
}

async fn place(demo: &Demo, orders: usize) -> Vec<Acknowledged> {
    let (next, promised) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let (client, url) = (Client::new(), format!("{}/checkout", demo.url("gateway")));
    let counter = async || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= orders {
                return;
            }
            let order = place_one(&client, &url, number).await;
            promised.lock().unwrap().push(order);
        }
    };
    join_all((0..AT_ONCE).map(|_| counter())).await;
    promised.into_inner().unwrap()
}

/// Asks again when it is refused: a busy shop may be late. A try that was refused is no order.
async fn place_one(client: &Client, url: &str, number: usize) -> Acknowledged {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (status, body) = ask(client, url, number).await;
        if status == StatusCode::ACCEPTED {
            let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
            return Acknowledged {
                order_id: text("order_id"),
                trace_id: u128::from_str_radix(&text("trace_id"), 16).unwrap_or_default(),
            };
        }
        let late = status.is_server_error() && Instant::now() < deadline;
        assert!(late, "order {number}: {status} {body}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn ask(client: &Client, url: &str, number: usize) -> (StatusCode, Value) {
    let cart = json!({
        "lines": [{"sku": ARTICLES[number % ARTICLES.len()], "quantity": 1}],
        "currency": "EUR",
        "customer": {
            "id": format!("c-{number}"), "tier": "standard", "email": "ada@example.com",
        },
        "payment_token": "tok_4242424242424242",
    });
    let mut request = client.post(url).json(&cart);
    if let Some(fault) = fault(number) {
        request = request.header("baggage", fault);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}
