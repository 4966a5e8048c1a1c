//! Takes batches of orders from Kafka, sees each order to its end, then commits their offsets.

pub(crate) mod lag;
mod process;
mod put_aside;
mod redeliveries;
mod round;
mod step;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use contracts::topics;
use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use serving::Shutdown;
use shared_telemetry::kafka::{Batch, BatchConsumer, BatchSettings, Message};

use crate::config::Settings;
use crate::order_store::OrderStore;
use crate::patience::redelivery_delay;
use crate::telemetry;
use redeliveries::Redeliveries;
use round::{Left, Round};
use trouble::Trouble;

pub(crate) use process::OrderProcessor;

/// Takes orders, one batch after the other.
pub(crate) struct OrderConsumer {
    consumer: BatchConsumer,
}

impl OrderConsumer {
    /// Joins the group in the background. Needs no broker yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, KafkaError> {
        let session = settings.session_timeout;
        let mut config = ClientConfig::new();
        if let Some(id) = &settings.group_instance_id {
            config.set("group.instance.id", id);
        }
        let consumer: StreamConsumer = config
            .set("bootstrap.servers", &settings.kafka_brokers)
            .set("client.id", "fulfillment")
            .set("group.id", topics::FULFILLMENT_GROUP)
            // An offset is committed when its order is recorded, not before.
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("allow.auto.create.topics", "true")
            // A topic that is not there yet is found soon after it is.
            .set("topic.metadata.refresh.interval.ms", "5000")
            // A broker that is back is found within a second or two, and not only after the ten
            // that an outage's last attempt would be waited for.
            .set("reconnect.backoff.max.ms", "1000")
            // A process that was killed holds its partitions for so long.
            .set("session.timeout.ms", session.as_millis().to_string())
            .set(
                "heartbeat.interval.ms",
                (session / 3).as_millis().to_string(),
            )
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
    ///
    /// # Errors
    /// The consumer is of no use any more, as when another process has its GROUP_INSTANCE_ID.
    pub(crate) async fn run<S: OrderStore>(
        &self,
        processor: &OrderProcessor<S>,
        shutdown: &Shutdown,
    ) -> Result<(), KafkaError> {
        let mut trouble = Trouble::default();
        let mut progress = Progress::default();
        loop {
            let next = tokio::select! {
                biased;
                () = shutdown.requested() => return Ok(()),
                next = self.consumer.next_batch() => next,
            };
            match next {
                Ok(batch) => {
                    trouble.over();
                    batch.process(progress.handle(&batch, processor)).await?;
                }
                Err(fatal @ KafkaError::MessageConsumptionFatal(_)) => return Err(fatal),
                Err(error) => {
                    let delay = trouble.met(&error);
                    tokio::select! {
                        () = shutdown.requested() => return Ok(()),
                        () = tokio::time::sleep(delay) => {}
                    }
                }
            }
        }
    }
}

/// What is remembered from one batch to the next.
#[derive(Debug, Default)]
struct Progress {
    redeliveries: Redeliveries,
    /// In a row.
    failed_commits: u32,
}

impl Progress {
    /// Commits what is done and gives back what is not: it comes again, and what of it was done
    /// already changes nothing the second time.
    async fn handle<S: OrderStore>(
        &mut self,
        batch: &Batch<'_>,
        processor: &OrderProcessor<S>,
    ) -> Result<(), KafkaError> {
        let round = Round::new(processor, &self.redeliveries);
        let left = round.run(batch.messages()).await;
        let again: Vec<_> = left.iter().map(|left| left.message).collect();
        let delay = self.remember(batch, &left, &again);
        if let Err(error) = batch.commit_without(&again).await {
            self.failed_commits = self.failed_commits.saturating_add(1);
            telemetry::commit_failed(&error);
            let all: Vec<_> = batch.messages().iter().collect();
            let delay = delay.max(redelivery_delay(self.failed_commits));
            return batch.give_back(&all, delay).await;
        }
        self.failed_commits = 0;
        if processor.shutdown.is_requested() {
            if !left.is_empty() {
                telemetry::batch_given_back(left.len());
            }
            return Ok(());
        }
        batch.give_back(&again, delay).await
    }

    /// Tells of each message that is left after it was begun; the answer is how long to wait
    /// before they come again.
    fn remember(
        &mut self,
        batch: &Batch<'_>,
        left: &[Left<'_, '_>],
        again: &[&Message<'_>],
    ) -> Duration {
        let is_left = |message: &Message<'_>| again.iter().any(|one| std::ptr::eq(*one, message));
        let done = batch.messages().iter().filter(|message| !is_left(message));
        done.for_each(|message| self.redeliveries.done(message));
        let mut longest = Duration::ZERO;
        for Left { message, undone } in left {
            let Some(undone) = undone.as_ref().filter(|undone| undone.away) else {
                continue;
            };
            let deliveries = self.redeliveries.undone(message, undone.attempts);
            let delay = redelivery_delay(deliveries);
            telemetry::redelivery(message, deliveries, delay);
            longest = longest.max(delay);
        }
        longest
    }
}
