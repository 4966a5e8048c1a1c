//! What crosses the queue beside the trace, and messages that bring no context.

use std::convert::Infallible;
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::FutureRecord;
use shared_telemetry::kafka::{BatchConsumer, ProducerSpan, Relation};
use shared_telemetry::testing::{SpanKind, TraceTree, recorder};
use shared_telemetry::{baggage, current};

use crate::broker::{Broker, TOPIC, next_batch, send};
use crate::root::in_root;

const TIER: &str = "app.customer.tier";

/// Takes one message; gives the trace of its batch and the customer's tier as the work saw it.
async fn take_one(consumer: &BatchConsumer) -> (TraceTree, Option<String>) {
    let batch = next_batch(consumer).await;
    let (id, tier) = batch
        .process(async {
            let work = async { Ok::<_, Infallible>(baggage::get(TIER)) };
            let tier = batch.messages()[0].process(work).await;
            (current::trace_id(), tier.expect("infallible"))
        })
        .await;
    (
        recorder().trace(id.expect("the batch span was active")),
        tier,
    )
}

#[tokio::test]
async fn baggage_crosses_and_each_message_has_its_own() {
    for relation in [Relation::Link, Relation::Parent] {
        let broker = Broker::start(&[TOPIC]);
        let producer = broker.producer();
        let gold = [(TIER, "gold".to_owned())];
        let (_, sent) = in_root(baggage::scope(gold, send(&producer, TOPIC, "one"))).await;
        sent.unwrap();
        send(&producer, TOPIC, "two").await.unwrap();

        let consumer = broker.consumer(&[TOPIC], 1, relation);
        let (_, tier) = take_one(&consumer).await;
        assert_eq!(tier.as_deref(), Some("gold"), "{relation}");
        let (_, tier) = take_one(&consumer).await;
        assert_eq!(tier, None, "{relation}: the next one has none");
    }
}

#[tokio::test]
async fn a_message_brings_its_producer_its_key_and_its_headers() {
    let broker = Broker::start(&[TOPIC]);
    let (id, sent) = in_root(send(&broker.producer(), TOPIC, "an order")).await;
    sent.unwrap();
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let batch = next_batch(&consumer).await;
    let message = &batch.messages()[0];

    let trace = recorder().trace(id);
    let producer = ProducerSpan {
        trace_id: id,
        span_id: trace.one("send orders", SpanKind::Producer).id(),
    };
    assert_eq!(message.producer(), Some(producer));
    assert_eq!(message.key(), Some(b"order-1".as_slice()));
    assert_eq!(message.payload(), Some(b"an order".as_slice()));
    let (name, value) = message.headers().next().unwrap();
    assert_eq!((name, value), ("source", Some(b"test".as_slice())));
}

/// Sends past this crate, as a producer of another make would.
async fn send_untraced(broker: &Broker, headers: OwnedHeaders) {
    let producer = broker.producer();
    let record = FutureRecord::<[u8], [u8]>::to(TOPIC)
        .payload(b"an order")
        .headers(headers);
    let sent = producer.inner().send(record, Duration::from_secs(30)).await;
    sent.expect("the broker is up");
}

#[tokio::test]
async fn a_message_without_a_usable_context_is_processed_without_a_link() {
    let none = OwnedHeaders::new();
    let garbage = OwnedHeaders::new().insert(Header {
        key: "traceparent",
        value: Some("garbage"),
    });
    let null = OwnedHeaders::new().insert(Header::<&str> {
        key: "traceparent",
        value: None,
    });
    let binary = OwnedHeaders::new().insert(Header {
        key: "traceparent",
        value: Some(b"\xff\x00"),
    });
    for (relation, headers) in [
        (Relation::Link, none),
        (Relation::Parent, garbage),
        (Relation::Link, null),
        (Relation::Parent, binary),
    ] {
        let broker = Broker::start(&[TOPIC]);
        send_untraced(&broker, headers).await;
        let consumer = broker.consumer(&[TOPIC], 1, relation);
        let (trace, _) = take_one(&consumer).await;

        let batch = trace.one("process_batch orders", SpanKind::Consumer);
        let process = trace.one("process orders", SpanKind::Consumer);
        trace.assert_child("Kafka batch > process", batch, process);
        assert_eq!(batch.links().count() + process.links().count(), 0);
    }
}

#[tokio::test]
async fn a_header_added_on_the_way_beats_the_one_before_it_in_any_case() {
    let ids = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let first = format!("00-{}-{}-01", "1".repeat(32), "1".repeat(16));
    let last = format!("00-{}-{}-01", ids.0, ids.1);
    let headers = OwnedHeaders::new()
        .insert(Header {
            key: "traceparent",
            value: Some(&first),
        })
        .insert(Header {
            key: "TraceParent",
            value: Some(&last),
        });
    let broker = Broker::start(&[TOPIC]);
    send_untraced(&broker, headers).await;
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let batch = next_batch(&consumer).await;

    let producer = batch.messages()[0].producer().unwrap();
    assert_eq!(producer.trace_id.to_string(), ids.0);
    assert_eq!(producer.span_id.to_string(), ids.1);
}

#[tokio::test]
async fn a_traceparent_that_comes_twice_beside_a_binary_tracestate_counts_by_its_last_value() {
    let parent = |digit: &str| format!("00-{}-{}-01", digit.repeat(32), digit.repeat(16));
    let (first, last) = (parent("1"), parent("2"));
    let value = |key, value| Header { key, value };
    let headers = OwnedHeaders::new()
        .insert(value("traceparent", Some(first.as_bytes())))
        .insert(value("tracestate", Some(b"\xff\xfe=\x00")))
        .insert(value("baggage", None))
        .insert(value("traceparent", Some(last.as_bytes())));
    let broker = Broker::start(&[TOPIC]);
    send_untraced(&broker, headers).await;
    // The last value counts though it is none: the first was overruled.
    let overruled = OwnedHeaders::new()
        .insert(value("traceparent", Some(first.as_bytes())))
        .insert(value("traceparent", None));
    send_untraced(&broker, overruled).await;

    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let batch = next_batch(&consumer).await;
    let producer = batch.messages()[0].producer().unwrap();
    assert_eq!(producer.trace_id.to_string(), "2".repeat(32));
    drop(batch);
    let (trace, _) = take_one(&consumer).await;
    let process = trace.one("process orders", SpanKind::Consumer);
    assert_eq!(process.links().count(), 0);
}

#[tokio::test]
async fn a_record_without_a_value_says_so_on_its_span() {
    let broker = Broker::start(&[TOPIC]);
    let record = FutureRecord::<[u8], [u8]>::to(TOPIC).key(b"order-1");
    let producer = broker.producer();
    let sent = producer.inner().send(record, Duration::from_secs(30)).await;
    sent.expect("the broker is up");
    send(&producer, TOPIC, "an order").await.unwrap();

    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let mut tombstones = Vec::new();
    for _ in 0..2 {
        let (trace, _) = take_one(&consumer).await;
        let process = trace.one("process orders", SpanKind::Consumer);
        tombstones.push(
            process
                .attribute("messaging.kafka.message.tombstone")
                .cloned(),
        );
    }
    assert_eq!(tombstones, [Some(true.into()), None]);
}
