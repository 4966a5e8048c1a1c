//! One message, consumed from a broker in another process.

use std::hint::black_box;
use std::time::Duration;

use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use shared_telemetry::kafka::{Batch, BatchConsumer, BatchSettings, Relation};

use crate::{ROUNDS, span, stock};

pub(crate) const TOPIC: &str = "orders";
/// The same orders, in traces that their producers do not record.
pub(crate) const UNSAMPLED: &str = "orders.unsampled";
const BATCH: u32 = 64;
/// All messages are here by then, also under callgrind. librdkafka does not tell when.
const FETCHED: Duration = Duration::from_secs(4);

/// Consumes the last so many messages: what would be left over is thrown away when the consumer
/// is dropped, now and then on this thread, and that would be counted.
fn consumer(rounds: u32, broker: &str, topic: &str) -> StreamConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", broker)
        .set("group.id", "bench")
        .set("enable.auto.commit", "false")
        .create()
        .expect("a legal configuration");
    let mut all = TopicPartitionList::new();
    let from = Offset::Offset((ROUNDS[1] - rounds).into());
    let added = all.add_partition_offset(topic, 0, from);
    added.expect("a legal offset");
    consumer.assign(&all).expect("an assignment");
    // librdkafka's own threads fetch meanwhile. A consumer that has to wait for them is woken, by
    // chance once a message or once a hundred, and that would be counted.
    std::thread::sleep(FETCHED);
    consumer
}

pub(crate) fn bare(rounds: u32, broker: &str) {
    span::runtime().block_on(async {
        let consumer = consumer(rounds, broker, TOPIC);
        for _ in 0..rounds {
            let message = consumer.recv().await.expect("the broker is up");
            black_box(message.payload());
        }
    });
}

pub(crate) fn stock(rounds: u32, broker: &str) {
    stock::with(|| {
        span::runtime().block_on(async {
            let consumer = consumer(rounds, broker, TOPIC);
            for _ in 0..rounds {
                let message = consumer.recv().await.expect("the broker is up");
                let span = stock::kafka_span(&message);
                span.in_scope(|| black_box(message.payload()));
            }
        });
    });
}

/// Batches until that many messages came.
async fn with_batches(rounds: u32, broker: &str, topic: &str, work: impl AsyncFn(&Batch<'_>)) {
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
pub(crate) fn each(rounds: u32, broker: &str) {
    each_of(TOPIC, rounds, broker);
}

/// The same, and nothing is recorded.
pub(crate) fn each_unsampled(rounds: u32, broker: &str) {
    each_of(UNSAMPLED, rounds, broker);
}

fn each_of(topic: &str, rounds: u32, broker: &str) {
    span::with_ours(|| {
        let each = async |batch: &Batch<'_>| {
            for message in batch.messages() {
                let work = async {
                    black_box(message.payload());
                    Ok::<_, KafkaError>(())
                };
                message.process(work).await.expect("nothing to go wrong");
            }
        };
        span::runtime().block_on(with_batches(rounds, broker, topic, each));
    });
}

/// One span for the batch, with a link for each message.
pub(crate) fn batches(rounds: u32, broker: &str) {
    span::with_ours(|| {
        let whole = async |batch: &Batch<'_>| {
            for message in batch.messages() {
                black_box(message.payload());
            }
        };
        span::runtime().block_on(with_batches(rounds, broker, TOPIC, whole));
    });
}
