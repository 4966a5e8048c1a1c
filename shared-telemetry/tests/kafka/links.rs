//! Records that point at the spans of earlier ones, and readers that start no span.

use std::time::Duration;

use rdkafka::consumer::StreamConsumer;
use rdkafka::message::BorrowedMessage;
use shared_telemetry::kafka::{Outgoing, ProducerSpan, Relation};
use shared_telemetry::testing::{SpanKind, recorder};

use crate::broker::{Broker, TOPIC, send};
use crate::root::in_root;

async fn next(consumer: &StreamConsumer) -> BorrowedMessage<'_> {
    for _ in 0..100 {
        if let Ok(record) = consumer.recv().await {
            return record;
        }
    }
    panic!("a hundred errors and no record");
}

#[tokio::test]
async fn a_record_that_is_sent_again_links_to_who_sent_it_before_and_is_not_its_child() {
    let broker = Broker::start(&[TOPIC]);
    let producer = broker.producer();
    let (first, sent) = in_root(send(&producer, TOPIC, "an order")).await;
    sent.unwrap();
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let before = ProducerSpan::of(&next(consumer.inner()).await).unwrap();
    assert_eq!(before.trace_id, first);
    let other = format!("00-{}-{}-01", "3".repeat(32), "4".repeat(16));
    let other = ProducerSpan::from_traceparent(other.as_bytes()).unwrap();

    let again = Outgoing {
        topic: TOPIC,
        key: b"order-1",
        payload: b"an order",
        headers: &[],
        message_id: None,
    };
    let links = [before, other];
    let (second, sent) =
        in_root(producer.send_linked(again, &links, Duration::from_secs(30))).await;
    sent.unwrap();

    assert_ne!(first, second);
    let trace = recorder().trace(second);
    let span = trace.one("send orders", SpanKind::Producer);
    trace.assert_child(
        "caller > Kafka",
        trace.one("root", SpanKind::Internal),
        span,
    );
    let linked: Vec<_> = span.links().collect();
    assert_eq!(
        linked,
        links.map(|span| (span.trace_id, span.span_id)),
        "{span:?}"
    );
    // Who takes the record up links to the span that sent it last.
    let record = next(consumer.inner()).await;
    let sender = ProducerSpan::of(&record).unwrap();
    assert_eq!((sender.trace_id, sender.span_id), (second, span.id()));
}

#[tokio::test]
async fn reading_a_records_producer_starts_no_span() {
    let broker = Broker::start(&[TOPIC]);
    let (_, sent) = in_root(send(&broker.producer(), TOPIC, "an order")).await;
    sent.unwrap();
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let (reading, producer) =
        in_root(async { ProducerSpan::of(&next(consumer.inner()).await) }).await;
    assert!(producer.is_some());
    assert_eq!(recorder().trace(reading).len(), 1, "the root alone");
}

#[test]
fn a_kept_traceparent_is_read_as_strictly_as_one_that_goes_on() {
    let good = b" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ";
    let span = ProducerSpan::from_traceparent(good).unwrap();
    assert_eq!(
        span.trace_id.to_string(),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    assert_eq!(span.span_id.to_string(), "00f067aa0ba902b7");
    for bad in [
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "\u{fffd}",
    ] {
        assert_eq!(
            ProducerSpan::from_traceparent(bad.as_bytes()),
            None,
            "{bad}"
        );
    }
}
