//! Kafka: one message, a message with its producer as parent, and a batch of many producers.

use propagation_harness::{Boundary, Caller, Observation};
use shared_telemetry::testing::SpanKind;

use crate::topics::{ORDERS, Topics, next, process, traceparent};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_links_to_its_producer_and_has_its_baggage() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let topics = Topics::open(&[ORDERS]).await;
        let sent = topics.send(caller).await;
        let consumer = topics.consumer(ORDERS, 1).await;
        let batch = next(&consumer).await;
        let header = traceparent(&batch.messages()[0]);
        let landed = process(&batch).await;

        let hop = Boundary::KafkaMessage;
        hop.sent(&sent, header.as_deref());
        hop.baggage(sent.tier.as_deref(), landed[0].tier.as_deref());
        if !caller.sampled() {
            hop.not_recorded(&observation.recorded(), &["caller", "send orders"]);
            continue;
        }
        let recorded = observation
            .recorded_when(|recorded| recorded.has("process_batch orders"))
            .await;
        let consumer = recorded.one("process orders", SpanKind::Consumer);
        let around = recorded.one("caller", SpanKind::Internal);
        let producer = hop.child(&recorded, around, SpanKind::Producer, "send orders");
        hop.own_trace(&recorded, consumer, producer);
        hop.links(&recorded, consumer, &[(producer.trace_id(), producer.id())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_is_recorded_exactly_when_its_producer_is() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let topics = Topics::open(&[ORDERS]).await;
        let sent = topics.send(caller).await;
        let consumer = topics.consumer(ORDERS, 1).await;
        process(&next(&consumer).await).await;

        let recorded = observation.recorded();
        for name in ["process_batch orders", "process orders"] {
            Boundary::KafkaMessage.shares_fate(&recorded, &sent.active, name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_batch_each_message_shares_the_fate_of_its_own_producer() {
    let observation = Observation::begin().await;
    let topics = Topics::open(&[ORDERS]).await;
    let mut sent = Vec::new();
    for caller in [Caller::BOTH, Caller::BOTH].concat() {
        sent.push(topics.send(caller).await);
    }
    let consumer = topics.consumer(ORDERS, sent.len()).await;
    process(&next(&consumer).await).await;

    let recorded = observation.recorded();
    for sent in sent {
        Boundary::KafkaBatch.shares_fate(&recorded, &sent.active, "process orders");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_its_producer_as_parent_is_in_its_trace_and_linked_too() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let topics = Topics::open(&[ORDERS]).await;
        let sent = topics.send(caller).await;
        let consumer = topics.consumer_by_parent(ORDERS).await;
        let batch = next(&consumer).await;
        let landed = process(&batch).await;

        let hop = Boundary::KafkaMessage;
        hop.landed(&sent, &landed[0]);
        if !caller.sampled() {
            let of_the_trace = ["caller", "send orders", "process orders"];
            hop.not_recorded(&observation.recorded(), &of_the_trace);
            continue;
        }
        let recorded = observation
            .recorded_when(|recorded| recorded.has("process_batch orders"))
            .await;
        let producer = recorded.one("send orders", SpanKind::Producer);
        let consumer = hop.child(&recorded, producer, SpanKind::Consumer, "process orders");
        hop.links(&recorded, consumer, &[(producer.trace_id(), producer.id())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_links_to_every_one_of_its_producers() {
    let observation = Observation::begin().await;
    let topics = Topics::open(&[ORDERS]).await;
    for _ in 0..3 {
        topics.send(Caller::SAMPLED).await;
    }
    let consumer = topics.consumer(ORDERS, 3).await;
    let batch = next(&consumer).await;
    process(&batch).await;

    let hop = Boundary::KafkaBatch;
    let recorded = observation
        .recorded_when(|recorded| recorded.has("process_batch orders"))
        .await;
    let producers: Vec<_> = recorded
        .named("send orders")
        .iter()
        .map(|span| (span.trace_id(), span.id()))
        .collect();
    assert_eq!(producers.len(), 3);
    let batch = recorded.one("process_batch orders", SpanKind::Consumer);
    hop.links(&recorded, batch, &producers);
    let consumers = hop.children(&recorded, batch, SpanKind::Consumer, "process orders", 3);
    // One key, one partition, one order.
    for (consumer, producer) in consumers.iter().zip(&producers) {
        hop.links(&recorded, *consumer, &[*producer]);
    }
}
