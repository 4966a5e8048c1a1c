//! The four services as they are built for production, in this process, on free ports.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use contracts::topics;
use demo::Broker;
use reqwest::StatusCode;
use serde_json::{Value, json};
use serving::{Application, Environment, Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::TraceId;
use shared_telemetry::task;
use shared_telemetry::testing::Active;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// How long a service may take for what it must do.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running shop.
pub struct Shop {
    gateway: SocketAddr,
    http: reqwest::Client,
    broker: Broker,
    _databases: TempDir,
    stop: ShutdownTrigger,
    services: Vec<JoinHandle<Result<(), StartError>>>,
}

/// What the shop said to a checkout.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The order's id.
    pub order_id: String,
    /// The trace that the answer's `traceresponse` names.
    pub trace_id: TraceId,
}

impl Shop {
    /// Opens it.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// Opens one whose gateway believes its callers: that they decide what is recorded.
    pub async fn open_for_neighbours() -> Self {
        Self::open_with(&[("EDGE_TRUST", "trust")]).await
    }

    /// Callees before callers, with empty databases.
    async fn open_with(edge: &[(&str, &str)]) -> Self {
        let topics = [topics::ORDER_CREATED, topics::ORDER_CREATED_DLQ];
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let broker = Broker::start(&topics, any_port).await.unwrap();
        let databases = TempDir::new().unwrap();
        let (stop, shutdown) = Shutdown::new();
        let mut services = Vec::new();
        let database = |name| database_url(databases.path(), name);

        let inventory = build::<inventory::App>(&[
            ("GRPC_ADDR", "127.0.0.1:0".to_owned()),
            ("DATABASE_URL", database("inventory")),
        ])
        .await;
        let (stock, reservations) = (url(inventory.addr()), url(inventory.grpc_addr()));
        services.push(task::spawn(inventory.run(shutdown.clone())));

        let pricing = build::<pricing::App>(&[("DATABASE_URL", database("pricing"))]).await;
        let quotes = url(pricing.addr());
        services.push(task::spawn(pricing.run(shutdown.clone())));

        let fulfillment = build::<fulfillment::App>(&[
            ("DATABASE_URL", database("fulfillment")),
            ("KAFKA_BROKERS", broker.bootstrap.clone()),
            // The mock broker answers a waiting fetch when its time is up.
            ("KAFKA_FETCH_MAX_WAIT_MS", "20".to_owned()),
            ("BATCH_MAX_WAIT_MS", "0".to_owned()),
            ("INVENTORY_GRPC_URL", reservations),
        ])
        .await;
        let orders = url(fulfillment.addr());
        services.push(task::spawn(fulfillment.run(shutdown.clone())));

        let mut settings = vec![
            ("DATABASE_URL", database("gateway")),
            ("PRICING_URL", quotes),
            ("INVENTORY_URL", stock),
            ("FULFILLMENT_URL", orders),
            ("KAFKA_BROKERS", broker.bootstrap.clone()),
        ];
        settings.extend(
            edge.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let gateway = build::<gateway::App>(&settings).await;
        let address = gateway.addr();
        services.push(task::spawn(gateway.run(shutdown)));
        Self {
            gateway: address,
            http: reqwest::Client::new(),
            broker,
            _databases: databases,
            stop,
            services,
        }
    }

    /// Where its broker is.
    #[must_use]
    pub fn brokers(&self) -> &str {
        &self.broker.bootstrap
    }

    /// Places an order of two articles with a coupon by a gold customer, as a caller without any
    /// tracing, or with these headers.
    pub async fn order(&self, headers: &[(&str, &str)]) -> Answer {
        let cart = json!({
            "lines": [{"sku": "TEAPOT-1", "quantity": 2}, {"sku": "MUG-2", "quantity": 1}],
            "currency": "EUR",
            "customer": {"id": "c-17", "tier": "gold", "email": "customer@example.org"},
            "coupon": "WELCOME10",
            "payment_token": "token",
        });
        let request = self
            .http
            .post(format!("http://{}/checkout", self.gateway))
            .json(&cart);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let response = request.send().await.unwrap();
        let trace_response = response.headers()["traceresponse"].to_str().unwrap();
        let trace_id = TraceId::from_hex(trace_response.split('-').nth(1).unwrap()).unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        Answer {
            order_id: body["order_id"].as_str().unwrap().to_owned(),
            trace_id,
        }
    }

    /// Waits until the stock of an order is reserved. Who asks is not recorded.
    pub async fn reserved(&self, order_id: &str) {
        let url = format!("http://{}/orders/{order_id}", self.gateway);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unsampled = Active::elsewhere(false, "").traceparent();
            let request = self.http.get(&url).header("traceparent", unsampled);
            let answer = request.send().await.unwrap().text().await.unwrap();
            if answer.contains("\"reserved\"") {
                return;
            }
            assert!(Instant::now() < deadline, "never reserved: {answer}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Closes it, and waits until every service has ended.
    pub async fn close(self) {
        self.stop.request();
        for service in self.services {
            let ended = tokio::time::timeout(PATIENCE, service).await;
            ended.expect("a service stops when asked").unwrap().unwrap();
        }
    }
}

async fn build<A: Application>(settings: &[(&str, String)]) -> A {
    let pairs = settings.iter().map(|(name, value)| (*name, value.as_str()));
    let pairs = pairs.chain([("HTTP_ADDR", "127.0.0.1:0")]);
    let settings = A::settings(&Environment::from_pairs(pairs)).unwrap();
    A::build(settings).await.unwrap()
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

fn database_url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(format!("{name}.db")).display())
}
