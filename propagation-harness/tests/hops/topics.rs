//! A Kafka broker with the topics of a test, and both sides of `shared_telemetry::kafka` on it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use demo::Broker;
use propagation_harness::{Caller, Landing};
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::producer::FutureProducer;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use shared_telemetry::kafka::{
    Batch, BatchConsumer, BatchSettings, Message, Outgoing, Producer, Relation,
};

pub(crate) const ORDERS: &str = "orders";

/// As many as the broker gives to each topic.
const PARTITIONS: i32 = 3;

pub(crate) struct Topics {
    bootstrap: String,
    _broker: Broker,
}

impl Topics {
    pub(crate) async fn open(topics: &[&str]) -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let broker = Broker::start(topics, any_port).await.unwrap();
        Self {
            bootstrap: broker.bootstrap.clone(),
            _broker: broker,
        }
    }

    pub(crate) fn producer(&self) -> Producer {
        producer(&self.bootstrap)
    }

    pub(crate) async fn consumer(&self, topic: &str, max_messages: usize) -> BatchConsumer {
        consumer(&self.bootstrap, topic, max_messages, Relation::Link)
    }

    pub(crate) async fn consumer_by_parent(&self, topic: &str) -> BatchConsumer {
        consumer(&self.bootstrap, topic, 1, Relation::Parent)
    }

    /// Sends a record as this caller. The answer is what the caller had.
    pub(crate) async fn send(&self, caller: Caller) -> Landing {
        let producer = self.producer();
        let send = |landing: Landing| async move {
            send(&producer, ORDERS, &[]).await;
            landing
        };
        caller.run(send).await
    }
}

pub(crate) fn producer(bootstrap: &str) -> Producer {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("linger.ms", "0")
        .create()
        .unwrap();
    Producer::new(producer)
}

pub(crate) fn consumer(
    bootstrap: &str,
    topic: &str,
    max_messages: usize,
    relation: Relation,
) -> BatchConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "harness")
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        // The mock broker answers a waiting fetch when its time is up.
        .set("fetch.wait.max.ms", "20")
        .create()
        .unwrap();
    // Assigned, not subscribed: who comes second need not wait until the first one's group has
    // noticed that it left.
    let mut partitions = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        let place = partitions.add_partition_offset(topic, partition, Offset::Stored);
        place.unwrap();
    }
    consumer.assign(&partitions).unwrap();
    let settings = BatchSettings {
        group: "harness".to_owned(),
        max_messages,
        // A batch ends when it is full.
        max_wait: Duration::from_secs(10),
        relation,
    };
    BatchConsumer::new(consumer, settings)
}

/// Sends a record; all have one key, and so stay in order.
pub(crate) async fn send(producer: &Producer, topic: &str, headers: &[(&str, &[u8])]) {
    let record = Outgoing {
        topic,
        key: b"key",
        payload: b"payload",
        headers,
        message_id: None,
    };
    producer.send(record, Duration::from_secs(5)).await.unwrap();
}

pub(crate) async fn next(consumer: &BatchConsumer) -> Batch<'_> {
    let next = tokio::time::timeout(Duration::from_secs(15), consumer.next_batch());
    next.await.expect("a batch in time").unwrap()
}

/// Processes every message of the batch; the answers are what was active in each.
pub(crate) async fn process(batch: &Batch<'_>) -> Vec<Landing> {
    let all = async {
        let mut landings = Vec::new();
        for message in batch.messages() {
            let work = async { Ok::<_, Infallible>(Landing::here()) };
            landings.push(message.process(work).await.unwrap());
        }
        landings
    };
    batch.process(all).await
}

/// The `traceparent` header as it is in the record.
pub(crate) fn traceparent(message: &Message<'_>) -> Option<String> {
    let mut headers = message.headers();
    let (_, value) = headers.find(|(name, _)| *name == "traceparent")?;
    String::from_utf8(value?.to_vec()).ok()
}
