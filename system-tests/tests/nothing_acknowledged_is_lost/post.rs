//! Kafka past the shop: messages that its gateway would never send, and what is put aside.

use std::collections::HashMap;
use std::time::Duration;

use contracts::order_created::{Customer, Line, VERSION};
use contracts::{OrderCreated, topics};
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::{Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use system_tests::Demo;

use crate::broker::until;

/// As many as the demo's broker has.
const PARTITIONS: i32 = 3;
const PATIENCE: Duration = Duration::from_secs(30);

/// A header with any bytes, or with none.
pub(crate) type Field<'h> = (&'h str, Option<&'h [u8]>);

/// A producer and a reader of another make.
pub(crate) struct Post {
    brokers: String,
    producer: FutureProducer,
}

impl Post {
    pub(crate) fn at(brokers: &str) -> Self {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("message.max.bytes", "4194304")
            .create()
            .unwrap();
        Self {
            brokers: brokers.to_owned(),
            producer,
        }
    }

    /// One behind the other, in one partition and under one key: nobody may overtake.
    pub(crate) async fn send(&self, payload: Option<&[u8]>, headers: &[Field<'_>]) {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, value)| {
                headers.insert(Header { key, value: *value })
            });
        let record = FutureRecord::to(topics::ORDER_CREATED)
            .key("k")
            .partition(0)
            .headers(headers);
        let record = match payload {
            Some(payload) => record.payload(payload),
            None => record,
        };
        self.producer.send(record, PATIENCE).await.unwrap();
    }

    /// The headers of the dead letters, by the offset of what was put aside.
    pub(crate) async fn dead_letters(&self, count: usize) -> Vec<HashMap<String, String>> {
        let reader: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", "test")
            .create()
            .unwrap();
        let mut all = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            all.add_partition_offset(topics::ORDER_CREATED_DLQ, partition, Offset::Beginning)
                .unwrap();
        }
        reader.assign(&all).unwrap();
        let mut letters = Vec::new();
        while letters.len() < count {
            let next = tokio::time::timeout(PATIENCE, reader.recv()).await;
            let letter = next.expect("a dead letter").unwrap();
            let headers = letter.headers().unwrap().iter();
            let text = |value: Option<&[u8]>| {
                String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
            };
            let headers = headers.map(|one| (one.key.to_owned(), text(one.value)));
            letters.push(headers.collect::<HashMap<_, _>>());
        }
        letters.sort_by_key(|letter| letter["original.offset"].parse::<i64>().unwrap());
        letters
    }
}

/// An order of one mug.
pub(crate) fn order(number: u64) -> OrderCreated {
    OrderCreated {
        version: VERSION.to_owned(),
        order_id: format!("01900000-0000-7000-8000-{number:012}"),
        created_at_ms: 1_700_000_000_000,
        customer: Customer {
            id: format!("c-{number}"),
            tier: "standard".to_owned(),
        },
        currency: "EUR".to_owned(),
        lines: vec![Line {
            sku: "MUG-2".to_owned(),
            quantity: 1,
            total_cents: 1290,
        }],
        total_cents: 1290,
    }
}

/// A span of some producer, as `traceparent` tells it.
pub(crate) fn traceparent((trace, span): (u128, u64)) -> String {
    format!("00-{trace:032x}-{span:016x}-01")
}

/// Waits until so many messages are processed and committed, and none is left.
pub(crate) async fn nothing_waits(demo: &Demo, messages: usize) {
    until("every message is committed", async || {
        let lag = demo.get("fulfillment", "/lag").await.json;
        let partitions = lag["partitions"].as_array().into_iter().flatten();
        let committed = partitions.filter_map(|one| one["committed"].as_u64());
        committed.sum::<u64>() == messages as u64 && lag["lag"] == 0
    })
    .await;
}

/// How many mugs were given away.
pub(crate) async fn mugs_taken(demo: &Demo) -> u64 {
    let stock = demo.get("gateway", "/stock/MUG-2").await.json;
    10_000 - stock["available"].as_u64().expect("a stock")
}
