//! The CONSUMER side: batches, with one span a batch and one a message.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::origin::Origins;
use super::pauses::Pauses;
use super::{Message, Relation, offsets};
use crate::boundary::Boundary;
use crate::{names, propagation, task};

/// Room for as many messages is made before they come: more links a span does not keep.
const USUAL: usize = 128;

/// How a [`BatchConsumer`] gathers and relates messages.
#[derive(Debug, Clone)]
pub struct BatchSettings {
    /// The consumer group, for the spans.
    pub group: String,
    /// A batch is full with this many messages. A span keeps 128 links unless
    /// `OTEL_SPAN_LINK_COUNT_LIMIT` says otherwise; stay at or below.
    pub max_messages: usize,
    /// After its first message a batch waits this long for more.
    pub max_wait: Duration,
    /// Link or parent.
    pub relation: Relation,
}

/// A [`StreamConsumer`] that hands out batches.
pub struct BatchConsumer {
    inner: Arc<StreamConsumer>,
    settings: BatchSettings,
    group: Arc<str>,
    pauses: Pauses,
}

impl BatchConsumer {
    /// Wraps a consumer that is subscribed or assigned. `enable.auto.commit` should be `false`:
    /// [`Batch::commit`] says when a batch is done.
    #[must_use]
    pub fn new(inner: StreamConsumer, settings: BatchSettings) -> Self {
        let group = settings.group.as_str().into();
        Self {
            inner: Arc::new(inner),
            settings,
            group,
            pauses: Pauses::default(),
        }
    }

    /// The consumer itself, for assignment, positions and statistics.
    #[must_use]
    pub fn inner(&self) -> &Arc<StreamConsumer> {
        &self.inner
    }

    /// Waits for a message, then gathers more until the batch is full or its time is up.
    ///
    /// A consumer of several topics gets them mixed: each process span is named after its own
    /// message's topic, the spans of the batch after the first one's.
    ///
    /// Dropping the future between the first message and the end of the wait forgets those
    /// messages until the group rebalances or the process starts again: do it only to stop.
    ///
    /// # Errors
    /// librdkafka's, for example while no broker can be reached. They pass: log, wait, call
    /// again.
    pub async fn next_batch<'a>(&'a self) -> Result<Batch<'a>, KafkaError> {
        loop {
            let batch = self.gather().await?;
            if !batch.messages.is_empty() {
                return Ok(batch);
            }
        }
    }

    async fn gather<'a>(&'a self) -> Result<Batch<'a>, KafkaError> {
        let first = self.first().await?;
        let deadline = Instant::now() + self.settings.max_wait;
        let topic = first.topic().to_owned();
        let mut origins = Origins::new(Arc::clone(&self.group));
        let mut message = |record: BorrowedMessage<'a>| {
            let origin = origins.of(record.topic(), record.partition());
            Message::new(record, self.settings.relation, origin)
        };
        let mut messages = Vec::with_capacity(self.settings.max_messages.min(USUAL));
        messages.push(message(first));
        // One of each for the whole batch. While messages are there the timer is not even looked at.
        let mut records = self.inner.stream();
        let mut time_is_up = pin!(sleep_until(deadline));
        while messages.len() < self.settings.max_messages {
            let record = tokio::select! {
                biased;
                record = records.next() => record,
                () = &mut time_is_up => break,
            };
            // An error here comes again on the next call, when nothing waits for it.
            let Some(Ok(record)) = record else { break };
            messages.push(message(record));
        }
        // Between two of them the group may have given a partition to another member, which will
        // get its messages too: they are no longer ours. Asked once for each partition.
        let strange = origins.strange_to(&self.inner.assignment()?);
        messages.retain(|message| !strange.iter().any(|origin| message.is_from(origin)));
        Ok(Batch {
            consumer: self,
            topic,
            messages,
        })
    }

    /// The next message. Partitions whose pause is over go on meanwhile.
    async fn first(&self) -> Result<BorrowedMessage<'_>, KafkaError> {
        loop {
            self.pauses.end_those_due(&self.inner)?;
            let Some(next) = self.pauses.next_end() else {
                return self.inner.recv().await;
            };
            if let Ok(received) = timeout_at(next, self.inner.recv()).await {
                return received;
            }
        }
    }
}

/// Messages that were taken together.
pub struct Batch<'c> {
    consumer: &'c BatchConsumer,
    topic: String,
    messages: Vec<Message<'c>>,
}

impl<'c> Batch<'c> {
    /// The messages, at least one, each partition's in order.
    #[must_use]
    pub fn messages(&self) -> &[Message<'c>] {
        &self.messages
    }

    /// Runs `work` in the CONSUMER span of the batch, named `process_batch {topic}`: the root of
    /// a new trace that links to **every** message's producer, and is recorded when one of them
    /// is, see [`crate::sampling`].
    pub async fn process<F: Future>(&self, work: F) -> F::Output {
        // Room for all: a list that grows link by link is copied again and again, and is too long
        // for the allocator's quick ways.
        let mut links = Vec::with_capacity(self.messages.len());
        links.extend(self.messages.iter().filter_map(Message::link));
        let name = format!("process_batch {}", self.topic);
        // A new trace on purpose: no producer is *the* parent of a batch.
        let mut parent = Context::new();
        let recorded = links.iter().any(|link| link.span_context.is_sampled());
        if !recorded && self.messages.iter().any(Message::is_left_open) {
            // A link can't say that nobody has decided yet.
            parent = propagation::decide_anew(&parent);
        }
        let span = Boundary::start(name, SpanKind::Consumer, &parent, links);
        span.record(|| {
            let count = i64::try_from(self.messages.len()).unwrap_or(i64::MAX);
            let mut attributes = self.attributes("process_batch", "process");
            attributes.push(KeyValue::new(names::MESSAGING_BATCH_MESSAGE_COUNT, count));
            attributes
        });
        span.during(work).await
    }

    /// [`Batch::commit_without`] any exception: all messages were handled.
    ///
    /// # Errors
    /// As there.
    pub async fn commit(&self) -> Result<(), KafkaError> {
        self.commit_without(&[]).await
    }

    /// Commits what was handled, and waits for the broker's answer, in a CLIENT span named
    /// `commit {topic}`. `left` are the messages that were not handled: nothing is committed from
    /// the first of them on, partition by partition, though some behind it may have been handled.
    /// When nothing remains to be committed there is no span. Call it inside [`Batch::process`].
    ///
    /// # Errors
    /// librdkafka's; `AssignmentLost` without asking the broker when the group has already given
    /// the partitions to others. The messages will then be delivered again, here or elsewhere:
    /// processing must bear it.
    pub async fn commit_without(&self, left: &[&Message<'_>]) -> Result<(), KafkaError> {
        let Some(offsets) = offsets::behind(&self.messages, left)? else {
            return Ok(());
        };
        let name = format!("commit {}", self.topic);
        let span = Boundary::start(name, SpanKind::Client, &Context::current(), Vec::new());
        span.record(|| self.attributes("commit", "settle"));
        let consumer = Arc::clone(&self.consumer.inner);
        let commit = task::spawn_blocking(move || {
            if consumer.assignment_lost() {
                let lost = RDKafkaErrorCode::AssignmentLost;
                return Err(KafkaError::ConsumerCommit(lost));
            }
            consumer.commit(&offsets, CommitMode::Sync)
        });
        let result = span.during(commit).await;
        // The blocking task can't be cancelled and does not panic; a runtime that is going down
        // may still refuse it.
        let result = result.unwrap_or(Err(KafkaError::Canceled));
        if let Err(error) = &result {
            span.fail_with(super::error_type(error), error);
        }
        result
    }

    /// Gives messages back that were not handled. Their partitions hold still for `pause`, while
    /// the others go on; then the first of them and all behind it are delivered again, in
    /// batches with spans of their own. The consumer stays in its group: a pause is not a message
    /// that takes long.
    ///
    /// A partition that the group has taken away meanwhile needs nothing: who has it now begins
    /// behind the last commit, which stands before these messages.
    ///
    /// # Errors
    /// librdkafka could not go back on a partition that is still ours. The consumer must then not
    /// be used any more: it would go on behind the messages and commit them unhandled.
    pub async fn give_back(
        &self,
        left: &[&Message<'_>],
        pause: Duration,
    ) -> Result<(), KafkaError> {
        let places = offsets::first_of_each(left)?;
        if places.count() == 0 {
            return Ok(());
        }
        self.consumer
            .pauses
            .begin(&self.consumer.inner, &places, pause)?;
        let consumer = Arc::clone(&self.consumer.inner);
        let seek = task::spawn_blocking(move || offsets::seek(&consumer, places));
        seek.await.unwrap_or(Err(KafkaError::Canceled))
    }

    fn attributes(&self, operation: &'static str, kind: &'static str) -> Vec<KeyValue> {
        vec![
            KeyValue::new(names::MESSAGING_SYSTEM, "kafka"),
            KeyValue::new(names::MESSAGING_OPERATION_NAME, operation),
            KeyValue::new(names::MESSAGING_OPERATION_TYPE, kind),
            KeyValue::new(names::MESSAGING_DESTINATION_NAME, self.topic.clone()),
            KeyValue::new(
                names::MESSAGING_CONSUMER_GROUP_NAME,
                Arc::clone(&self.consumer.group),
            ),
        ]
    }
}
