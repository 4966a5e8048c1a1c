//! A gateway on a free port with its neighbours.

use std::time::Duration;

use contracts::{OrderCreated, topics};
use gateway::App;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use serving::{Application, Environment, Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::testing::{Recorder, recorder};
use shared_telemetry::{TraceId, task};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::neighbours::Neighbours;

pub(crate) type Broker = MockCluster<'static, DefaultProducerContext>;

/// An address at which nobody listens. One that was free a moment ago might be somebody's by now.
pub(crate) const NOBODY: &str = "127.0.0.1:1";

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Shop {
    pub(crate) recorder: Recorder,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) neighbours: Neighbours,
    pub(crate) broker: Broker,
    pub(crate) folder: TempDir,
    stop: ShutdownTrigger,
    gateway: JoinHandle<Result<(), StartError>>,
}

/// A record on `order.created`.
pub(crate) struct Published {
    pub(crate) order: OrderCreated,
    pub(crate) key: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) raw: String,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// A shop with some settings of its own.
    pub(crate) async fn open_with(settings: &[(&'static str, &str)]) -> Self {
        let recorder = recorder();
        let neighbours = Neighbours::start().await;
        let broker = MockCluster::new(1).unwrap();
        broker.create_topic(topics::ORDER_CREATED, 2, 1).unwrap();
        let folder = TempDir::new().unwrap();
        let brokers = broker.bootstrap_servers();
        let (url, stop, gateway) = start(&folder, &neighbours.url(), &brokers, settings).await;
        Self {
            recorder,
            url,
            http: reqwest::Client::new(),
            neighbours,
            broker,
            folder,
            stop,
            gateway,
        }
    }

    /// Stops the gateway as SIGTERM does, and starts another one with what it has left.
    pub(crate) async fn restart_with(&mut self, settings: &[(&'static str, &str)]) {
        self.stop();
        self.stopped().await;
        self.start_another(settings).await;
    }

    /// Asks the gateway to stop.
    pub(crate) fn stop(&self) {
        self.stop.request();
    }

    /// Waits until the gateway has ended well.
    pub(crate) async fn stopped(&mut self) {
        (&mut self.gateway).await.unwrap().unwrap();
    }

    /// Ends the gateway in the middle of what it does, as `kill -9` does, and starts another.
    pub(crate) async fn kill_and_restart(&mut self) {
        self.gateway.abort();
        let _ = (&mut self.gateway).await;
        self.start_another(&[]).await;
    }

    async fn start_another(&mut self, settings: &[(&'static str, &str)]) {
        let brokers = self.broker.bootstrap_servers();
        let neighbours = self.neighbours.url();
        (self.url, self.stop, self.gateway) =
            start(&self.folder, &neighbours, &brokers, settings).await;
    }

    /// A connection of its own to the database, for what only a test may do there.
    pub(crate) async fn database(&self) -> SqliteConnection {
        let file = self.folder.path().join("gateway.db");
        let options = SqliteConnectOptions::new().filename(file);
        options.connect().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn checkout(&self, cart: &Value) -> Response {
        self.post(cart).send().await.unwrap()
    }

    /// A checkout under a key.
    pub(crate) async fn checkout_as(&self, key: &str, cart: &Value) -> Response {
        let request = self.post(cart).header("idempotency-key", key);
        request.send().await.unwrap()
    }

    pub(crate) fn post(&self, cart: &Value) -> RequestBuilder {
        self.http.post(format!("{}/checkout", self.url)).json(cart)
    }

    /// What is on `order.created` by now: every partition up to its end.
    pub(crate) async fn published(&self) -> Vec<Published> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.broker.bootstrap_servers())
            .set("group.id", "test")
            .create()
            .unwrap();
        let mut all = TopicPartitionList::new();
        let mut count = 0;
        for partition in 0..2 {
            all.add_partition_offset(topics::ORDER_CREATED, partition, Offset::Beginning)
                .unwrap();
            let end = consumer.fetch_watermarks(topics::ORDER_CREATED, partition, PATIENCE);
            count += end.unwrap().1;
        }
        consumer.assign(&all).unwrap();
        let mut published = Vec::new();
        for _ in 0..count {
            let record = tokio::time::timeout(PATIENCE, consumer.recv())
                .await
                .unwrap()
                .unwrap();
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let headers = record.headers().unwrap().iter();
            published.push(Published {
                order: OrderCreated::decode(record.payload().unwrap()).unwrap(),
                key: text(record.key().unwrap()),
                headers: headers
                    .map(|one| (one.key.into(), text(one.value.unwrap())))
                    .collect(),
                raw: text(record.payload().unwrap()),
            });
        }
        published
    }
}

async fn start(
    folder: &TempDir,
    neighbours: &str,
    brokers: &str,
    settings: &[(&'static str, &str)],
) -> (String, ShutdownTrigger, JoinHandle<Result<(), StartError>>) {
    let database = format!("sqlite:{}", folder.path().join("gateway.db").display());
    let defaults = [
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("PRICING_URL", neighbours),
        ("INVENTORY_URL", neighbours),
        ("FULFILLMENT_URL", neighbours),
        ("KAFKA_BROKERS", brokers),
        ("DATABASE_URL", &database),
        ("TRACE_URL", "http://viewer/trace/{trace_id}"),
    ];
    let pairs = defaults.into_iter().chain(settings.iter().copied());
    let settings = App::settings(&Environment::from_pairs(pairs)).unwrap();
    let app = App::build(settings).await.unwrap();
    let url = format!("http://{}", app.addr());
    let (stop, shutdown) = Shutdown::new();
    (url, stop, task::spawn(app.run(shutdown)))
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.stop.request();
    }
}

/// Two teapots and a mug for a gold customer.
pub(crate) fn cart() -> Value {
    json!({
        "lines": [{"sku": "TEAPOT-1", "quantity": 2}, {"sku": "MUG-2", "quantity": 1}],
        "currency": "EUR",
        "customer": {"id": "c-17", "tier": "gold", "email": "canary.mail@example.org"},
        "coupon": "GOLD20",
        "payment_token": "canary-token-4242",
    })
}

/// The JSON body of an answer that must have this status.
pub(crate) async fn body(response: Response, expected: StatusCode) -> Value {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, expected, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The sentence of a problem, whose shape and trace id are checked on the way.
pub(crate) async fn problem(response: Response, expected: StatusCode) -> String {
    let header = |name: &str| {
        let value = response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_else(|| panic!("no header {name}: {response:?}"))
    };
    assert_eq!(header("content-type"), "application/problem+json");
    let trace_response = header("traceresponse");
    let problem = body(response, expected).await;
    assert_eq!(problem["status"], expected.as_u16());
    assert!(
        problem["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty())
    );
    let trace_id = problem["trace_id"].as_str().unwrap();
    assert!(
        trace_response.contains(trace_id),
        "{trace_response} does not name {trace_id}"
    );
    problem["detail"].as_str().unwrap().to_owned()
}

/// The trace that an answer names.
pub(crate) fn trace_id(response: &Response) -> TraceId {
    let header = response.headers()["traceresponse"].to_str().unwrap();
    TraceId::from_hex(header.split('-').nth(1).unwrap()).unwrap()
}
