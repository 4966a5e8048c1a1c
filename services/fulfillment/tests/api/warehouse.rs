//! A fulfillment on a free port with its neighbours, and somebody who sends orders.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use contracts::{Customer, Fault, Line, OrderCreated, fault, order_created, topics};
use fulfillment::App;
use rdkafka::ClientConfig;
use rdkafka::message::OwnedHeaders;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};
use reqwest::StatusCode;
use serde_json::Value;
use serving::{Application, Environment, Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::kafka::{Outgoing, Producer};
use shared_telemetry::testing::{Recorder, TraceTree, recorder};
use shared_telemetry::{TraceId, baggage, current, task};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument;

use crate::inventory::{StubInventory, silent_port};

/// How long a test waits for what must happen; three seconds of it are the mock broker's delay
/// of a new group.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What is around fulfillment; it outlives a restart.
pub(crate) struct Warehouse {
    pub(crate) recorder: Recorder,
    pub(crate) broker: MockCluster<'static, DefaultProducerContext>,
    pub(crate) inventory: StubInventory,
    folder: TempDir,
    producer: Producer,
}

/// A running fulfillment. Dropping it asks it to stop.
pub(crate) struct Running {
    pub(crate) url: String,
    stop: ShutdownTrigger,
    task: JoinHandle<Result<(), StartError>>,
}

impl Warehouse {
    pub(crate) fn open() -> Self {
        let recorder = recorder();
        let broker = MockCluster::new(1).unwrap();
        broker.create_topic(topics::ORDER_CREATED, 2, 1).unwrap();
        broker
            .create_topic(topics::ORDER_CREATED_DLQ, 1, 1)
            .unwrap();
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", broker.bootstrap_servers())
            .set("message.max.bytes", "4194304")
            .create()
            .unwrap();
        Self {
            recorder,
            broker,
            inventory: StubInventory::default(),
            folder: TempDir::new().unwrap(),
            producer: Producer::new(producer),
        }
    }

    /// Starts fulfillment with an inventory that answers.
    pub(crate) async fn start(&self, settings: &[(&'static str, &str)]) -> Running {
        let (listener, addr) = silent_port().await;
        self.inventory.serve(listener);
        self.start_with_inventory_at(addr, settings).await
    }

    pub(crate) async fn start_with_inventory_at(
        &self,
        inventory: SocketAddr,
        settings: &[(&'static str, &str)],
    ) -> Running {
        let defaults = self.settings(inventory);
        let defaults = defaults.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs = defaults.chain(settings.iter().copied());
        let settings = App::settings(&Environment::from_pairs(pairs)).unwrap();
        let app = App::build(settings).await.unwrap();
        let url = format!("http://{}", app.addr());
        let (stop, shutdown) = Shutdown::new();
        Running {
            url,
            stop,
            task: task::spawn(app.run(shutdown)),
        }
    }

    /// Where fulfillment finds everything.
    pub(crate) fn settings(&self, inventory: SocketAddr) -> [(&'static str, String); 5] {
        [
            ("HTTP_ADDR", "127.0.0.1:0".to_owned()),
            (
                "DATABASE_URL",
                format!("sqlite:{}", self.database().display()),
            ),
            ("KAFKA_BROKERS", self.broker.bootstrap_servers()),
            ("INVENTORY_GRPC_URL", format!("http://{inventory}")),
            // The mock broker answers a waiting fetch when its time is up.
            ("KAFKA_FETCH_MAX_WAIT_MS", "20".to_owned()),
        ]
    }

    /// The file in which orders are kept.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("orders.db")
    }

    /// [`Warehouse::send`] with the wish that a fault may happen.
    pub(crate) async fn send_with_fault(&self, order: &OrderCreated, fault: Fault) -> TraceId {
        let wish = [(fault::BAGGAGE_KEY, fault.name().to_owned())];
        baggage::scope(wish, self.send(order)).await
    }

    /// The traces of an order's deliveries, in their order, told by the checkout's.
    pub(crate) fn deliveries(&self, checkout: TraceId) -> Vec<TraceTree> {
        let mut deliveries = self.recorder.linked_to(checkout);
        deliveries.sort_by_key(|trace| trace.spans().map(|span| span.start()).min());
        deliveries
    }

    /// Publishes past the traced producer; without a payload it is a tombstone.
    pub(crate) async fn send_raw(&self, key: &str, payload: Option<&[u8]>, headers: OwnedHeaders) {
        let record = FutureRecord::to(topics::ORDER_CREATED)
            .key(key)
            .headers(headers);
        let record = match payload {
            Some(payload) => record.payload(payload),
            None => record,
        };
        self.producer
            .inner()
            .send(record, Duration::ZERO)
            .await
            .unwrap();
    }

    /// Publishes an order as the gateway does; the answer is the trace of the checkout.
    pub(crate) async fn send(&self, order: &OrderCreated) -> TraceId {
        self.send_bytes(&order.order_id, &order.encode(), &[]).await
    }

    pub(crate) async fn send_bytes(
        &self,
        key: &str,
        payload: &[u8],
        headers: &[(&str, &[u8])],
    ) -> TraceId {
        let checkout = async {
            let record = Outgoing {
                topic: topics::ORDER_CREATED,
                key: key.as_bytes(),
                payload,
                headers,
                message_id: None,
            };
            self.producer.send(record, Duration::ZERO).await.unwrap();
            current::trace_id().unwrap()
        };
        let entries = [("app.customer.tier", "gold".to_owned())];
        baggage::scope(entries, async {
            checkout.instrument(tracing::info_span!("checkout")).await
        })
        .await
    }
}

impl Running {
    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap()
    }

    /// The order, as soon as fulfillment knows it.
    pub(crate) async fn order(&self, id: &str) -> Value {
        let known = async || {
            let response = self.get(&format!("/orders/{id}")).await;
            match response.status() {
                StatusCode::OK => Some(response.json().await.unwrap()),
                _ => None,
            }
        };
        eventually("the order is known", known).await
    }

    /// Waits until every message is processed and committed.
    pub(crate) async fn until_nothing_waits(&self, messages: i64) {
        eventually("all is committed", async || {
            let response = self.get("/lag").await;
            let lag: Value = response.json().await.unwrap();
            let committed = lag["partitions"].as_array()?.iter();
            let committed: i64 = committed.filter_map(|one| one["committed"].as_i64()).sum();
            (committed == messages && lag["lag"] == 0).then_some(())
        })
        .await;
    }

    /// Waits until it has a partition.
    pub(crate) async fn until_ready(&self) {
        let ready = async || (self.get("/readyz").await.status() == StatusCode::OK).then_some(());
        eventually("ready", ready).await;
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.request();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
}

pub(crate) async fn eventually<T>(what: &str, check: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An order of one article.
pub(crate) fn order(sku: &str) -> OrderCreated {
    OrderCreated {
        version: order_created::VERSION.to_owned(),
        order_id: uuid::Uuid::now_v7().to_string(),
        created_at_ms: 1_700_000_000_000,
        customer: Customer {
            id: "c-1".to_owned(),
            tier: "gold".to_owned(),
        },
        currency: "EUR".to_owned(),
        lines: vec![Line {
            sku: sku.to_owned(),
            quantity: 2,
            total_cents: 4980,
        }],
        total_cents: 4980,
    }
}
