//! Reads the dead-letter topic.

use std::collections::HashMap;

use contracts::topics;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{Headers, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::warehouse::{PATIENCE, Warehouse};

/// A message that was put aside.
pub(crate) struct DeadLetter {
    pub(crate) key: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) headers: HashMap<String, String>,
}

/// The first `count` dead letters.
pub(crate) async fn dead_letters(warehouse: &Warehouse, count: usize) -> Vec<DeadLetter> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", warehouse.broker.bootstrap_servers())
        .set("group.id", "test")
        .create()
        .unwrap();
    let mut all = TopicPartitionList::new();
    all.add_partition_offset(topics::ORDER_CREATED_DLQ, 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&all).unwrap();
    let mut letters = Vec::new();
    while letters.len() < count {
        let record = tokio::time::timeout(PATIENCE, consumer.recv())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        // librdkafka hands out no payload where there is an empty one.
        let headers = record.headers().unwrap();
        let keys: Vec<_> = headers.iter().map(|header| header.key).collect();
        let by_key = headers
            .iter()
            .map(|one| (one.key.to_owned(), text(one.value.unwrap())));
        letters.push(DeadLetter {
            key: record.key().unwrap().to_vec(),
            payload: record.payload().unwrap_or_default().to_vec(),
            headers: by_key.collect(),
        });
        assert_eq!(
            keys.len(),
            letters[letters.len() - 1].headers.len(),
            "twice: {keys:?}"
        );
    }
    letters
}

impl DeadLetter {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
