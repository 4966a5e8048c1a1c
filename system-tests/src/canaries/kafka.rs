//! Secrets in messages that nobody checked, and what the topics hold in the end.

use std::time::{Duration, Instant};

use contracts::{OrderCreated, topics};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::{Value, json};

use super::Canaries;
use crate::demo::PATIENCE;

const PARTITIONS: i32 = 3;
/// Marks the test's own messages; the topic keeps them as they are.
const BY_HAND: &str = "by-hand";

/// Sends messages as a stranger would; gives how many of them can never be an order.
pub(super) async fn send(brokers: &str, canaries: &Canaries) -> usize {
    let payloads = payloads(canaries);
    let poison = payloads.len() - 2;
    let producer = producer(brokers);
    for payload in payloads {
        publish(&producer, &payload, canaries).await;
    }
    poison
}

pub(super) fn producer(brokers: &str) -> FutureProducer {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", brokers);
    settings.create().expect("a producer")
}

/// One message, with secrets in its key and headers.
pub(super) async fn publish(producer: &FutureProducer, payload: &str, canaries: &Canaries) {
    let place = |header: &str| format!("{header} of a message");
    let (mail, word) = (
        |header: &str| canaries.mail(&place(header)),
        |header: &str| canaries.word(&place(header)),
    );
    let headers = [
        (BY_HAND, "1".to_owned()),
        ("traceparent", canaries.traceparent()),
        ("tracestate", format!("vendor={}", mail("tracestate"))),
        ("baggage", format!("app.customer.tier={}", mail("baggage"))),
        ("authorization", format!("Bearer {}", word("authorization"))),
        ("cookie", word("cookie")),
        ("error", mail("error")),
    ];
    let add = |headers: OwnedHeaders, (key, value): &(&str, String)| {
        headers.insert(Header {
            key,
            value: Some(value),
        })
    };
    let key = mail("the key");
    let record = FutureRecord::to(topics::ORDER_CREATED)
        .key(&key)
        .payload(payload)
        .headers(headers.iter().fold(OwnedHeaders::new(), add));
    let sent = producer.send(record, Duration::from_secs(5)).await;
    sent.expect("the broker acknowledges");
}

/// An order by its form.
pub(super) fn order(id: &str, sku: &str, canaries: &Canaries) -> Value {
    json!({
        "version": contracts::order_created::VERSION,
        "order_id": id,
        "created_at_ms": 1_760_000_000_000_u64,
        "customer": {"id": canaries.mail("customer.id of a message"), "tier": "gold"},
        "currency": "EUR",
        "lines": [{"sku": sku, "quantity": 1, "total_cents": 100}],
        "total_cents": 100,
    })
}

/// The last two are orders by their form.
fn payloads(canaries: &Canaries) -> Vec<String> {
    let place = "a message";
    let with = |pointer: &str, value: Value| {
        let mut order = order("0190a5c8-0000-7000-8000-000000000001", "MUG-2", canaries);
        *order.pointer_mut(pointer).unwrap() = value;
        order.to_string()
    };
    vec![
        format!("{{\"password\": \"{}\"", canaries.word(place)),
        canaries.mail(place),
        with("/version", json!(canaries.mail("the version of a message"))),
        with(
            "/total_cents",
            json!(canaries.mail("a number of a message")),
        ),
        with(
            "/currency",
            json!(canaries.number("the currency of a message")),
        ),
        order(&canaries.mail("order_id of a message"), "MUG-2", canaries).to_string(),
        order(
            &canaries.card("order_id of a message"),
            &canaries.mail("sku of a message"),
            canaries,
        )
        .to_string(),
    ]
}

/// All that the system itself has written to the topics: of the shop's orders everything, of dead
/// letters what was added to the message. `dead` letters are waited for.
///
/// # Panics
/// When they do not come.
#[must_use]
pub fn written(brokers: &str, dead: usize) -> String {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "canaries")
        .create()
        .expect("a consumer");
    let mut all = TopicPartitionList::new();
    for topic in [topics::ORDER_CREATED, topics::ORDER_CREATED_DLQ] {
        for partition in 0..PARTITIONS {
            all.add_partition_offset(topic, partition, Offset::Beginning)
                .expect("an offset");
        }
    }
    consumer.assign(&all).expect("an assignment");
    let (mut text, mut orders, mut letters) = (String::new(), 0, 0);
    let deadline = Instant::now() + PATIENCE;
    while orders == 0 || letters < dead {
        assert!(
            Instant::now() < deadline,
            "{orders} orders, {letters} of {dead} dead letters"
        );
        let Some(Ok(record)) = consumer.poll(Duration::from_millis(200)) else {
            continue;
        };
        let is_letter = record.topic() == topics::ORDER_CREATED_DLQ;
        let headers: Vec<_> = record
            .headers()
            .into_iter()
            .flat_map(|headers| headers.iter())
            .map(|header| {
                let value = String::from_utf8_lossy(header.value.unwrap_or_default());
                (header.key.to_owned(), value.into_owned())
            })
            .collect();
        let by_hand = headers.iter().any(|(key, _)| key == BY_HAND);
        let added = ["traceparent", "tracestate", "baggage"]
            .into_iter()
            .chain(topics::dead_letter::ALL);
        let added: Vec<_> = added.collect();
        for (key, value) in &headers {
            if !by_hand || (is_letter && added.contains(&key.as_str())) {
                text += &format!("{} {key}: {value}\n", record.topic());
            }
        }
        if is_letter {
            letters += 1;
        } else if !by_hand {
            orders += 1;
            let payload = record.payload().unwrap_or_default();
            OrderCreated::decode(payload).expect("an order of the gateway's");
            text += &String::from_utf8_lossy(payload);
        }
    }
    text
}
