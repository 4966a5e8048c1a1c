//! Messages that can never be processed.

use std::collections::HashMap;

use contracts::topics;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{Headers, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use shared_telemetry::testing::SpanKind;

use crate::warehouse::{PATIENCE, Warehouse, order};

struct DeadLetter {
    key: Vec<u8>,
    payload: Vec<u8>,
    headers: HashMap<String, String>,
}

async fn dead_letters(warehouse: &Warehouse, count: usize) -> Vec<DeadLetter> {
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
        let headers = record.headers().unwrap();
        let keys: Vec<_> = headers.iter().map(|header| header.key).collect();
        let by_key = headers
            .iter()
            .map(|one| (one.key.to_owned(), text(one.value.unwrap())));
        letters.push(DeadLetter {
            key: record.key().unwrap().to_vec(),
            payload: record.payload().unwrap().to_vec(),
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

#[tokio::test]
async fn a_message_that_is_no_order_is_put_aside_and_the_next_order_is_fulfilled() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    // The same key, so that the order stands behind it in the same partition.
    let headers: [(&str, &[u8]); 1] = [("content-type", b"application/json")];
    let checkout = warehouse
        .send_bytes(&order.order_id, b"{\"no\": 1}", &headers)
        .await;
    warehouse.send(&order).await;
    assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    running.until_nothing_waits(2).await;

    let letter = &dead_letters(&warehouse, 1).await[0];
    assert_eq!(letter.key, order.order_id.as_bytes());
    assert_eq!(letter.payload, b"{\"no\": 1}");
    let header = |name: &str| letter.headers[name].as_str();
    assert_eq!(header("content-type"), "application/json");
    assert!(
        header("error").contains("is not an order.created event"),
        "{}",
        header("error")
    );
    assert_eq!(header("original.topic"), "order.created");
    assert!(["0", "1"].contains(&header("original.partition")));
    assert_eq!(header("original.offset"), "0");

    // The dead letter belongs to the trace that gave the message up, which links to the checkout.
    let mut linked = warehouse.recorder.linked_to(checkout);
    let tree = linked.pop().unwrap();
    let send = tree.one("send order.created.dlq", SpanKind::Producer);
    assert!(header("traceparent").contains(&send.id().to_string()));
    let processed = tree.named("process order.created");
    let failed = processed
        .iter()
        .find(|span| span.links().any(|(trace, _)| trace == checkout));
    let failed = failed.unwrap();
    assert!(
        failed.failed() && failed.events().contains(&"exception"),
        "{failed:?}"
    );
    tree.assert_child("process to dead letter", *failed, send);
    running.stop().await;
}

#[tokio::test]
async fn an_event_of_an_unknown_major_version_is_put_aside_with_its_version() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let mut order = order("MUG-2");
    order.version = "2.0".to_owned();
    warehouse.send(&order).await;
    let letter = &dead_letters(&warehouse, 1).await[0];
    assert!(letter.headers["error"].contains("version \"2.0\" is unknown"));
    running.until_nothing_waits(1).await;
    assert!(warehouse.inventory.calls().is_empty());
    running.stop().await;
}
