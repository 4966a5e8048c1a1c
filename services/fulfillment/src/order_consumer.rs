//! Takes batches of orders from Kafka, sees each order to its end, then commits their offsets.

mod process;
mod trouble;

use std::collections::HashMap;
use std::sync::Arc;

use contracts::topics;
use futures_util::StreamExt;
use futures_util::stream;
use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use serving::Shutdown;
use shared_telemetry::kafka::{Batch, BatchConsumer, BatchSettings, Message};

use crate::config::Settings;
use crate::order_store::OrderStore;
use crate::telemetry;
use trouble::Trouble;

pub(crate) use process::{Interrupted, OrderProcessor};

/// So many orders of a batch are in hand at once.
const CONCURRENT_ORDERS: usize = 8;

/// Takes orders, one batch after the other.
pub(crate) struct OrderConsumer {
    consumer: BatchConsumer,
}

impl OrderConsumer {
    /// Joins the group in the background. Needs no broker yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, KafkaError> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &settings.kafka_brokers)
            .set("client.id", "fulfillment")
            .set("group.id", topics::FULFILLMENT_GROUP)
            // An offset is committed when its order is recorded, not before.
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("allow.auto.create.topics", "true")
            // A topic that is not there yet is found soon after it is.
            .set("topic.metadata.refresh.interval.ms", "5000")
            // A process that was killed holds its partitions for so long.
            .set("session.timeout.ms", "10000")
            .set("queued.max.messages.kbytes", "16384")
            .set(
                "fetch.wait.max.ms",
                settings.fetch_max_wait.as_millis().to_string(),
            )
            .create()?;
        consumer.subscribe(&[topics::ORDER_CREATED])?;
        let settings = BatchSettings {
            group: topics::FULFILLMENT_GROUP.to_owned(),
            max_messages: settings.batch_max_messages,
            max_wait: settings.batch_max_wait,
            relation: settings.messaging_relation,
        };
        Ok(Self {
            consumer: BatchConsumer::new(consumer, settings),
        })
    }

    /// The consumer itself, for its assignment and its lag.
    pub(crate) fn inner(&self) -> Arc<StreamConsumer> {
        Arc::clone(self.consumer.inner())
    }

    /// Works until `shutdown`; then the batch in hand is finished first.
    pub(crate) async fn run<S: OrderStore>(
        &self,
        processor: &OrderProcessor<S>,
        shutdown: &Shutdown,
    ) {
        let mut trouble = Trouble::default();
        loop {
            let next = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                next = self.consumer.next_batch() => next,
            };
            match next {
                Ok(batch) => {
                    trouble.over();
                    batch.process(handle(&batch, processor)).await;
                }
                Err(error) => {
                    let delay = trouble.met(&error);
                    tokio::select! {
                        () = shutdown.requested() => return,
                        () = tokio::time::sleep(delay) => {}
                    }
                }
            }
        }
    }
}

/// Commits when every message is done. When one was interrupted none is: all come again, and
/// change nothing the second time.
async fn handle<S: OrderStore>(batch: &Batch<'_>, processor: &OrderProcessor<S>) {
    let turns = by_key(batch.messages()).into_iter();
    let turns: Vec<_> = turns.map(|messages| in_turn(messages, processor)).collect();
    let orders: Vec<_> = stream::iter(turns)
        .buffer_unordered(CONCURRENT_ORDERS)
        .collect()
        .await;
    if orders.iter().any(Result::is_err) {
        telemetry::batch_given_back(batch.messages().len());
    } else if let Err(error) = batch.commit().await {
        telemetry::commit_failed(&error);
    }
}

/// The messages of one key stay in their order; different keys need not wait for each other.
fn by_key<'b, 'c>(messages: &'b [Message<'c>]) -> Vec<Vec<&'b Message<'c>>> {
    let mut groups: Vec<Vec<&Message<'_>>> = Vec::new();
    let mut place_of = HashMap::new();
    for message in messages {
        let place = *place_of.entry(message.key()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(message);
    }
    groups
}

async fn in_turn<S: OrderStore>(
    messages: Vec<&Message<'_>>,
    processor: &OrderProcessor<S>,
) -> Result<(), Interrupted> {
    for message in messages {
        processor.process(message).await?;
    }
    Ok(())
}
