//! Reads the dead-letter topic from its beginning to what is its end at that moment, and leaves
//! no trace there: partitions are assigned by hand, and nothing is committed.

use std::collections::HashMap;
use std::time::Duration;

use contracts::topics::ORDER_CREATED_DLQ;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio::time::{Instant, timeout_at};

use super::Unread;
use super::letter::Letter;
use crate::config::DlqPlace;

pub(super) struct Letterbox {
    consumer: StreamConsumer,
    /// What is still to be read: partition, and the offset behind its last letter. Letters that
    /// come meanwhile are not waited for: a replay may put the same one aside again and again.
    left: HashMap<i32, i64>,
    brokers: String,
    timeout: Duration,
}

impl Letterbox {
    pub(super) fn open(place: &DlqPlace) -> Result<Self, Unread> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &place.brokers)
            .set("client.id", "tracectl")
            // A client must have one. It is never joined: nobody subscribes.
            .set("group.id", "tracectl")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "earliest")
            // Read ahead so far: a bound for memory.
            .set("queued.max.messages.kbytes", "16384")
            .create()
            .map_err(Unread::Client)?;
        let mut letterbox = Self {
            consumer,
            left: HashMap::new(),
            brokers: place.brokers.clone(),
            timeout: place.timeout,
        };
        letterbox.begin()?;
        Ok(letterbox)
    }

    /// Looks where the topic begins and ends.
    fn begin(&mut self) -> Result<(), Unread> {
        let mut from = TopicPartitionList::new();
        for partition in self.partitions()? {
            let ends = self
                .consumer
                .fetch_watermarks(ORDER_CREATED_DLQ, partition, self.timeout);
            let (first, end) = ends.map_err(|reason| self.no_broker(reason))?;
            if first < end {
                self.left.insert(partition, end);
                from.add_partition_offset(ORDER_CREATED_DLQ, partition, Offset::Offset(first))
                    .map_err(Unread::Client)?;
            }
        }
        self.consumer.assign(&from).map_err(Unread::Client)
    }

    fn partitions(&self) -> Result<Vec<i32>, Unread> {
        let told = self
            .consumer
            .fetch_metadata(Some(ORDER_CREATED_DLQ), self.timeout)
            .map_err(|reason| self.no_broker(reason))?;
        let topics = told.topics().iter();
        let partitions: Vec<i32> = topics
            .filter(|topic| topic.error().is_none())
            .flat_map(|topic| topic.partitions().iter().map(|one| one.id()))
            .collect();
        if partitions.is_empty() {
            return Err(Unread::NoTopic {
                topic: ORDER_CREATED_DLQ,
                brokers: self.brokers.clone(),
            });
        }
        Ok(partitions)
    }

    fn no_broker(&self, reason: KafkaError) -> Unread {
        Unread::NoBroker {
            brokers: self.brokers.clone(),
            reason,
        }
    }

    /// The next letter; `None` behind the last one.
    ///
    /// # Errors
    /// The broker was silent for too long. What it says about its connection is no reason to give
    /// up before.
    pub(super) async fn next(&mut self) -> Result<Option<Letter>, Unread> {
        let deadline = Instant::now() + self.timeout;
        let mut last = String::new();
        while !self.left.is_empty() {
            match timeout_at(deadline, self.consumer.recv()).await {
                Ok(Ok(record)) => {
                    let (partition, offset) = (record.partition(), record.offset());
                    let Some(end) = self.left.get(&partition).copied() else {
                        continue;
                    };
                    if offset + 1 >= end {
                        self.left.remove(&partition);
                    }
                    if offset < end {
                        return Ok(Some(Letter::read(&record)));
                    }
                }
                // The last offsets may hold no message, but the mark of a transaction.
                Ok(Err(KafkaError::PartitionEOF(partition))) => {
                    self.left.remove(&partition);
                }
                Ok(Err(error)) => {
                    if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
                        last = format!(": {error}");
                    }
                }
                Err(_) => {
                    return Err(Unread::Silent {
                        brokers: self.brokers.clone(),
                        waited: humantime::format_duration(self.timeout).to_string(),
                        last,
                    });
                }
            }
        }
        Ok(None)
    }
}
