//! One message, consumed from a broker in another process.

use std::hint::black_box;
use std::time::Duration;

use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use shared_telemetry::kafka::{Batch, BatchConsumer, BatchSettings, Relation};

/// Orders in traces that their producers record.
pub const TOPIC: &str = "orders";
/// The same orders, in traces that their producers do not record.
pub const UNSAMPLED: &str = "orders.unsampled";
const BATCH: u32 = 64;
/// All messages are here by then, also under callgrind. librdkafka does not tell when.
const FETCHED: Duration = Duration::from_secs(4);

/// Where the messages are.
#[derive(Clone, Copy)]
pub struct Broker<'a> {
    /// Its address.
    pub address: &'a str,
    /// How many there are.
    pub messages: u32,
}

/// Consumes the last so many messages: what would be left over is thrown away when the consumer
/// is dropped, now and then on this thread, and that would be counted.
///
/// # Panics
/// Where librdkafka refuses its configuration.
pub fn consumer(rounds: u32, broker: Broker<'_>, topic: &str) -> StreamConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", broker.address)
        .set("group.id", "bench")
        .set("enable.auto.commit", "false")
        .create()
        .expect("a legal configuration");
    let mut all = TopicPartitionList::new();
    let from = Offset::Offset((broker.messages - rounds).into());
    let added = all.add_partition_offset(topic, 0, from);
    added.expect("a legal offset");
    consumer.assign(&all).expect("an assignment");
    // librdkafka's own threads fetch meanwhile. A consumer that has to wait for them is woken, by
    // chance once a message or once a hundred, and that would be counted.
    std::thread::sleep(FETCHED);
    consumer
}

/// Without a span.
pub fn bare(rounds: u32, broker: Broker<'_>) {
    crate::block_on(async {
        let consumer = consumer(rounds, broker, TOPIC);
        for _ in 0..rounds {
            let message = consumer.recv().await.expect("the broker is up");
            black_box(message.payload());
        }
    });
}

/// Batches until that many messages came.
async fn with_batches(
    rounds: u32,
    broker: Broker<'_>,
    topic: &str,
    work: impl AsyncFn(&Batch<'_>),
) {
    let settings = BatchSettings {
        group: "bench".to_owned(),
        max_messages: BATCH as usize,
        max_wait: Duration::from_secs(60),
        relation: Relation::Link,
    };
    let consumer = BatchConsumer::new(consumer(rounds, broker, topic), settings);
    for _ in 0..rounds / BATCH {
        let batch = consumer.next_batch().await.expect("the broker is up");
        batch.process(work(&batch)).await;
    }
}

/// A span for the batch and one for each message.
pub fn each(topic: &str, rounds: u32, broker: Broker<'_>) {
    let each = async |batch: &Batch<'_>| {
        for message in batch.messages() {
            let work = async {
                black_box(message.payload());
                Ok::<_, KafkaError>(())
            };
            message.process(work).await.expect("nothing to go wrong");
        }
    };
    crate::block_on(with_batches(rounds, broker, topic, each));
}

/// One span for the batch, with a link for each message.
pub fn batches(rounds: u32, broker: Broker<'_>) {
    let whole = async |batch: &Batch<'_>| {
        for message in batch.messages() {
            black_box(message.payload());
        }
    };
    crate::block_on(with_batches(rounds, broker, TOPIC, whole));
}
