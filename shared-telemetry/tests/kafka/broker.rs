//! A broker in this process, with a producer and a consumer for it.

use std::time::Duration;

use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use shared_telemetry::kafka::{
    Batch, BatchConsumer, BatchSettings, Delivery, Outgoing, Producer, Relation,
};
use shared_telemetry::testing::recorder;

pub(crate) const TOPIC: &str = "orders";
const GROUP: &str = "fulfillment";

pub(crate) struct Broker {
    pub(crate) cluster: MockCluster<'static, DefaultProducerContext>,
}

impl Broker {
    /// One broker with the topics, of one partition each.
    pub(crate) fn start(topics: &[&str]) -> Self {
        let _recorder = recorder();
        let cluster = MockCluster::new(1).expect("a mock broker");
        for topic in topics {
            cluster.create_topic(topic, 1, 1).expect("a new topic");
        }
        Self { cluster }
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.cluster.bootstrap_servers());
        config
    }

    pub(crate) fn producer(&self) -> Producer {
        self.impatient_producer(Duration::from_secs(30))
    }

    /// A producer that gives a message up after `limit`.
    pub(crate) fn impatient_producer(&self, limit: Duration) -> Producer {
        let inner = self
            .config()
            .set("message.timeout.ms", limit.as_millis().to_string())
            .create()
            .expect("a legal configuration");
        Producer::new(inner)
    }

    /// A consumer of all messages of the topics from the first one on. It is assigned and not
    /// subscribed: joining a group takes the mock broker three seconds.
    pub(crate) fn consumer(
        &self,
        topics: &[&str],
        batch: usize,
        relation: Relation,
    ) -> BatchConsumer {
        let inner: StreamConsumer = self
            .config()
            .set("group.id", GROUP)
            .set("enable.auto.commit", "false")
            .create()
            .expect("a legal configuration");
        let mut all = TopicPartitionList::new();
        for topic in topics {
            all.add_partition_offset(topic, 0, Offset::Beginning)
                .expect("a legal offset");
        }
        inner.assign(&all).expect("an assignment");
        let settings = BatchSettings {
            group: GROUP.to_owned(),
            max_messages: batch,
            // Longer than a test may take: a batch ends when it is full.
            max_wait: Duration::from_secs(30),
            relation,
        };
        BatchConsumer::new(inner, settings)
    }
}

/// Sends one message and waits for the broker's word.
pub(crate) async fn send(
    producer: &Producer,
    topic: &str,
    payload: &str,
) -> Result<Delivery, KafkaError> {
    let record = Outgoing {
        topic,
        key: b"order-1",
        payload: payload.as_bytes(),
        headers: &[("source", b"test")],
        message_id: Some("message-1"),
    };
    producer.send(record, Duration::from_secs(30)).await
}

/// The next batch. What the client says about its connection on the way is no answer.
pub(crate) async fn next_batch(consumer: &BatchConsumer) -> Batch<'_> {
    for _ in 0..100 {
        if let Ok(batch) = consumer.next_batch().await {
            return batch;
        }
    }
    panic!("a hundred errors and no batch");
}
