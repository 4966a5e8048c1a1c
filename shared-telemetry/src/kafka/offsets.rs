//! Places in partitions: what may be committed, and where to go back to.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::Message;

/// librdkafka asks nobody when it goes back: it only has to get to it.
const SEEK: Duration = Duration::from_secs(10);

type Places<'m> = BTreeMap<(&'m str, i32), i64>;

fn lowest<'m>(messages: &[&'m Message<'_>]) -> Places<'m> {
    let mut places = Places::new();
    for message in messages {
        let place = (message.topic(), message.partition());
        let offset = places.entry(place).or_insert(i64::MAX);
        *offset = (*offset).min(message.offset());
    }
    places
}

fn list(places: Places<'_>) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(places.len());
    for ((topic, partition), offset) in places {
        list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    }
    Ok(list)
}

/// The offsets to commit when all of `messages` but `left` were handled; `None` when there are
/// none. An offset says that everything before it is done, so it never passes a message that is
/// left.
pub(super) fn behind(
    messages: &[Message<'_>],
    left: &[&Message<'_>],
) -> Result<Option<TopicPartitionList>, KafkaError> {
    let stops = lowest(left);
    let mut next = Places::new();
    for message in messages {
        let place = (message.topic(), message.partition());
        let stop = stops.get(&place).copied().unwrap_or(i64::MAX);
        if message.offset() < stop {
            let offset = next.entry(place).or_insert(0);
            *offset = (*offset).max(message.offset() + 1);
        }
    }
    (!next.is_empty()).then(|| list(next)).transpose()
}

/// The first message of each partition.
pub(super) fn first_of_each(messages: &[&Message<'_>]) -> Result<TopicPartitionList, KafkaError> {
    list(lowest(messages))
}

/// Makes each partition go on from its place. Waits on the caller's thread.
///
/// # Errors
/// A partition that is still assigned can't go back.
pub(super) fn seek(
    consumer: &StreamConsumer,
    places: TopicPartitionList,
) -> Result<(), KafkaError> {
    let sought = consumer.seek_partitions(places, SEEK)?;
    let failed = sought.elements();
    let mut failed = failed
        .iter()
        .filter_map(|place| place.error().err().map(|error| (place, error)));
    // While the group takes partitions away, going back on them is refused, and needless.
    if consumer.assignment_lost() {
        return Ok(());
    }
    let ours = consumer.assignment()?;
    let still_ours = failed.find(|(place, _)| {
        let partition = ours.find_partition(place.topic(), place.partition());
        partition.is_some()
    });
    still_ours.map_or(Ok(()), |(_, error)| Err(error))
}
