//! Partitions that hold still until their messages are delivered again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use tokio::time::Instant;

/// Topic and partition, and when they go on.
type Ends = BTreeMap<(String, i32), Instant>;

#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<Ends>);

impl Pauses {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        // Nothing that holds the lock leaves the map half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(
        &self,
        consumer: &StreamConsumer,
        partitions: &TopicPartitionList,
        pause: Duration,
    ) -> Result<(), KafkaError> {
        consumer.pause(partitions)?;
        let end = Instant::now() + pause;
        let places = partitions.elements();
        let places = places
            .iter()
            .map(|place| ((place.topic().to_owned(), place.partition()), end));
        self.ends().extend(places);
        Ok(())
    }

    pub(super) fn next_end(&self) -> Option<Instant> {
        self.ends().values().min().copied()
    }

    /// Lets the partitions go on whose time has come. One that was taken away meanwhile is let go
    /// of too: it might come back, and a pause outlives the assignment.
    pub(super) fn end_those_due(&self, consumer: &StreamConsumer) -> Result<(), KafkaError> {
        let now = Instant::now();
        let mut due = TopicPartitionList::new();
        let mut ends = self.ends();
        for ((topic, partition), _) in ends.iter().filter(|(_, end)| **end <= now) {
            due.add_partition(topic, *partition);
        }
        if due.count() > 0 {
            consumer.resume(&due)?;
            ends.retain(|_, end| *end > now);
        }
        Ok(())
    }
}
