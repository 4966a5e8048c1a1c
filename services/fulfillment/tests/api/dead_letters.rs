//! Messages that can't be processed.

use std::collections::HashSet;

use contracts::OrderCreated;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use serde_json::json;
use shared_telemetry::testing::SpanKind;
use tonic::Code;

use crate::letterbox::dead_letters;
use crate::warehouse::{Warehouse, eventually, order};

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
    let header = |name: &str| letter.header(name);
    assert_eq!(header("content-type"), "application/json");
    assert!(
        header("error").contains("is not an order.created event"),
        "{}",
        header("error")
    );
    assert_eq!(header("original.topic"), "order.created");
    assert!(["0", "1"].contains(&header("original.partition")));
    assert_eq!(header("original.offset"), "0");
    assert_eq!(header("attempts"), "0");
    assert!(header("original.traceparent").contains(&checkout.to_string()));

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

fn impossible(change: impl FnOnce(&mut OrderCreated)) -> OrderCreated {
    let mut order = order("MUG-2");
    change(&mut order);
    order
}

#[tokio::test]
async fn what_can_never_be_an_order_is_put_aside_at_once_and_nobody_is_asked() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let negative = order("MUG-2").encode();
    let negative = String::from_utf8(negative).unwrap();
    let negative = negative.replace("\"quantity\":2", "\"quantity\":-2");
    let long = vec![b' '; 1_100_000];
    let unreadable: [(Option<&[u8]>, &str); 5] = [
        (Some(b"\xff\xfe"), "not an order.created event"),
        (Some(b"{\"version\":"), "not an order.created event"),
        (Some(negative.as_bytes()), "wrong type"),
        (Some(&long), "1100000 bytes"),
        (None, "no value"),
    ];
    for (payload, _) in unreadable {
        warehouse.send_raw("k", payload, OwnedHeaders::new()).await;
    }
    let readable = [
        (impossible(|order| order.lines.clear()), "no line"),
        (
            impossible(|order| order.lines[0].quantity = 0),
            "\"MUG-2\" is 0",
        ),
        (impossible(|order| order.total_cents = 1), "says 1"),
    ];
    for (order, told) in &readable {
        warehouse.send_bytes("k", &order.encode(), &[]).await;
        let known = running.order(&order.order_id).await;
        assert_eq!(
            (&known["state"], &known["attempts"]),
            (&json!("failed"), &json!(0))
        );
        let reason = known["reason"].as_str().unwrap();
        assert!(reason.contains(told), "{reason}");
    }
    let letters = dead_letters(&warehouse, unreadable.len() + readable.len()).await;
    let told = unreadable.iter().map(|(_, told)| *told);
    let told = told.chain(readable.iter().map(|(_, told)| *told));
    for (letter, told) in letters.iter().zip(told) {
        let error = letter.header("error");
        assert!(error.contains(told), "{error} instead of {told}");
    }
    assert_eq!(letters[3].payload.len(), long.len());
    running.until_nothing_waits(8).await;
    assert!(warehouse.inventory.calls().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_inventory_trips_over_is_given_up_with_its_stock_given_back() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let bad = order("BREAKS");
    let checkout = warehouse.send(&bad).await;
    let good = order("MUG-2");
    warehouse.send(&good).await;
    let known = running.order(&bad.order_id).await;
    assert_eq!(known["state"], "failed");
    assert_eq!(known["attempts"], 6);
    assert_eq!(
        known["reason"],
        "the stock could not be reserved in 6 attempts"
    );
    assert_eq!(running.order(&good.order_id).await["state"], "reserved");
    running.until_nothing_waits(2).await;
    assert_eq!(warehouse.inventory.released(), [bad.order_id.as_str()]);
    assert_eq!(
        warehouse.inventory.reserved(),
        HashSet::from([good.order_id])
    );

    let letter = &dead_letters(&warehouse, 1).await[0];
    assert_eq!(letter.payload, bad.encode());
    assert_eq!(letter.header("attempts"), "6");
    let error = letter.header("error");
    assert!(error.contains("given up after 6 attempts"), "{error}");
    let tree = warehouse.recorder.linked_to(checkout).pop().unwrap();
    let failed = tree.named("process order.created");
    let failed = failed.iter().find(|span| span.failed()).unwrap();
    let retries = failed.events().into_iter().filter(|name| *name == "retry");
    assert_eq!(retries.count(), 5, "{failed:?}");
    let release = tree.one("inventory.v1.Inventory/ReleaseStock", SpanKind::Client);
    tree.assert_child("process to release", *failed, release);
    running.stop().await;
}

#[tokio::test]
async fn an_order_on_which_alone_inventory_hangs_is_given_up_in_its_second_delivery() {
    let warehouse = Warehouse::open();
    // Long enough for the stock to be given back in it, on a busy machine too.
    let running = warehouse.start(&[("RESERVE_DEADLINE_MS", "400")]).await;
    let bad = order("HANGS");
    warehouse.send(&bad).await;
    let known = running.order(&bad.order_id).await;
    assert_eq!(known["state"], "failed", "{known}");
    assert_eq!(known["attempts"], 12, "two deliveries: {known}");
    let letter = &dead_letters(&warehouse, 1).await[0];
    let error = letter.header("error");
    assert!(error.contains("DeadlineExceeded"), "{error}");
    running.until_nothing_waits(1).await;
    assert!(!warehouse.inventory.released().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_replayed_dead_letter_gets_the_stock_it_had_given_back_and_a_plain_duplicate_does_not() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let bad = order("BREAKS");
    warehouse.send(&bad).await;
    assert_eq!(running.order(&bad.order_id).await["state"], "failed");
    running.until_nothing_waits(1).await;
    warehouse.inventory.mend();
    warehouse.send(&bad).await;
    running.until_nothing_waits(2).await;
    assert_eq!(running.order(&bad.order_id).await["state"], "failed");
    assert_eq!(warehouse.inventory.released(), [bad.order_id.as_str()]);
    assert!(warehouse.inventory.asked_anew().is_empty());
    let replayed: [(&str, &[u8]); 1] = [("replayed", b"1")];
    let replay = warehouse
        .send_bytes(&bad.order_id, &bad.encode(), &replayed)
        .await;
    running.until_nothing_waits(3).await;
    assert_eq!(running.order(&bad.order_id).await["state"], "reserved");
    assert_eq!(warehouse.inventory.asked_anew(), [bad.order_id.as_str()]);
    let reserved = HashSet::from([bad.order_id]);
    assert_eq!(warehouse.inventory.reserved(), reserved);
    let tree = warehouse.recorder.linked_to(replay).pop().unwrap();
    let events = tree.named("process order.created")[0].events();
    assert!(events.contains(&"order.replayed"), "{events:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_replay_that_is_delivered_again_asks_for_its_stock_anew_each_time() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let bad = order("BREAKS");
    warehouse.send(&bad).await;
    running.until_nothing_waits(1).await;
    let before = warehouse.inventory.calls().len();
    warehouse.inventory.mend();
    warehouse.inventory.refuse_with(Some(Code::Unavailable));
    let replayed: [(&str, &[u8]); 1] = [("replayed", b"1")];
    warehouse
        .send_bytes(&bad.order_id, &bad.encode(), &replayed)
        .await;
    let calls = || warehouse.inventory.calls().len() - before;
    // The second delivery finds an order that the first has made fulfillment forget.
    let second_delivery = async || (calls() > 6).then_some(());
    eventually("a second delivery", second_delivery).await;
    warehouse.inventory.refuse_with(None);
    assert_eq!(running.order(&bad.order_id).await["state"], "reserved");
    running.until_nothing_waits(2).await;
    assert_eq!(warehouse.inventory.asked_anew().len(), calls());
    let reserved = HashSet::from([bad.order_id]);
    assert_eq!(warehouse.inventory.reserved(), reserved);
    running.stop().await;
}

#[tokio::test]
async fn an_order_whose_dead_letter_was_interrupted_gets_it_at_the_next_delivery() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let bad = order("BREAKS");
    warehouse.send(&bad).await;
    // From now on the broker takes no message for a whole delivery.
    let refused = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 6];
    warehouse
        .broker
        .request_errors(RDKafkaApiKey::Produce, &refused);
    let letter = &dead_letters(&warehouse, 1).await[0];
    assert!(
        letter.header("error").contains("6 attempts"),
        "{}",
        letter.header("error")
    );
    running.until_nothing_waits(1).await;
    assert_eq!(running.order(&bad.order_id).await["state"], "failed");
    assert!(warehouse.inventory.reserved().is_empty());
    assert_eq!(
        warehouse.inventory.calls().len(),
        6,
        "it was not begun anew"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_dead_letter_that_is_too_long_for_the_broker_goes_without_its_value() {
    let warehouse = Warehouse::open();
    let headers = OwnedHeaders::new().insert(Header {
        key: "of-the-sender",
        value: Some("x"),
    });
    warehouse.send_raw("k", Some(b"no order"), headers).await;
    let refused = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE];
    warehouse
        .broker
        .request_errors(RDKafkaApiKey::Produce, &refused);
    let running = warehouse.start(&[]).await;
    let letter = &dead_letters(&warehouse, 1).await[0];
    assert_eq!(letter.payload, b"");
    assert_eq!(letter.header("original.value_bytes"), "8");
    assert_eq!(letter.header("original.offset"), "0");
    assert_eq!(letter.header("of-the-sender"), "");
    running.stop().await;
}

#[tokio::test]
async fn a_replay_belongs_to_the_checkout_that_sent_it_first_even_if_it_fails_again() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let bad = order("BREAKS");
    let checkout = format!("00-{}-{}-01", "c".repeat(32), "d".repeat(16));
    let headers: [(&str, &[u8]); 2] = [
        ("replayed", b"0/0"),
        ("original.traceparent", checkout.as_bytes()),
    ];
    warehouse
        .send_bytes(&bad.order_id, &bad.encode(), &headers)
        .await;
    let known = running.order(&bad.order_id).await;
    assert_eq!(known["state"], "failed");
    assert_eq!(known["checkout_trace_id"], "c".repeat(32));
    let letter = &dead_letters(&warehouse, 1).await[0];
    assert_eq!(letter.header("original.traceparent"), checkout);
    assert_eq!(letter.header("replayed"), "");

    // Nobody but a replay may say whose an order is.
    let other = order("MUG-2");
    let sent = warehouse
        .send_bytes(&other.order_id, &other.encode(), &headers[1..])
        .await;
    let known = running.order(&other.order_id).await;
    assert_eq!(known["checkout_trace_id"], sent.to_string());
    running.stop().await;
}
