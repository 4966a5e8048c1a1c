//! The PRODUCER span: until the broker's acknowledgement, and what it learns from it.

use std::time::Duration;

use rdkafka::error::RDKafkaErrorCode;
use shared_telemetry::task;
use shared_telemetry::testing::{SpanKind, recorder};

use crate::broker::{Broker, TOPIC, send};
use crate::root::in_root;

#[tokio::test]
async fn a_producer_span_says_where_the_broker_has_put_the_message() {
    let broker = Broker::start(&[TOPIC]);
    let producer = broker.producer();
    send(&producer, TOPIC, "first").await.unwrap();
    let (id, delivery) = in_root(send(&producer, TOPIC, "second")).await;
    let delivery = delivery.unwrap();
    assert_eq!((delivery.partition, delivery.offset), (0, 1));

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 2, "{trace}");
    let span = trace.one("send orders", SpanKind::Producer);
    trace.assert_child(
        "caller > Kafka",
        trace.one("root", SpanKind::Internal),
        span,
    );
    assert_eq!(span.text("messaging.system"), "kafka");
    assert_eq!(span.text("messaging.operation.name"), "send");
    assert_eq!(span.text("messaging.operation.type"), "send");
    assert_eq!(span.text("messaging.destination.name"), "orders");
    assert_eq!(span.text("messaging.destination.partition.id"), "0");
    assert_eq!(span.text("messaging.kafka.offset"), "1");
    assert_eq!(span.text("messaging.kafka.message.key"), "order-1");
    assert_eq!(span.text("messaging.message.id"), "message-1");
    assert!(span.status_unset(), "{span:?}");
    let everything = format!("{trace:?}");
    assert!(!everything.contains("second"), "the payload: {everything}");
}

#[tokio::test]
#[allow(clippy::async_yields_async)] // Awaited when the root has ended.
async fn a_producer_span_does_not_end_before_the_brokers_acknowledgement() {
    let broker = Broker::start(&[TOPIC]);
    let producer = broker.producer();
    send(&producer, TOPIC, "warms up").await.unwrap();
    broker.cluster.broker_down(1).unwrap();
    let (id, sending) = in_root(async {
        let sending = task::spawn(async move { send(&producer, TOPIC, "waits").await });
        // The task has run, the message is with librdkafka, and nobody has acknowledged it.
        tokio::task::yield_now().await;
        assert!(!sending.is_finished());
        sending
    })
    .await;
    assert!(!recorder().trace(id).has("send orders"), "too early");

    broker.cluster.broker_up(1).unwrap();
    sending.await.unwrap().unwrap();
    let trace = recorder().trace(id);
    let span = trace.one("send orders", SpanKind::Producer);
    assert_eq!(span.text("messaging.kafka.offset"), "1");
}

#[tokio::test]
async fn a_message_that_nobody_acknowledges_is_an_error() {
    let broker = Broker::start(&[TOPIC]);
    let producer = broker.impatient_producer(Duration::from_millis(200));
    broker.cluster.broker_down(1).unwrap();
    let (id, sent) = in_root(send(&producer, TOPIC, "lost")).await;
    let error = sent.unwrap_err();
    assert_eq!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::MessageTimedOut)
    );

    let trace = recorder().trace(id);
    let span = trace.one("send orders", SpanKind::Producer);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "MessageTimedOut");
    assert_eq!(span.events(), ["exception"]);
    assert_eq!(
        span.event_text("exception", "exception.message"),
        error.to_string()
    );
    assert_eq!(span.attribute("messaging.kafka.offset"), None);
}
