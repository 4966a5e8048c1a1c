//! Batches, process spans, links and commits.

use std::convert::Infallible;

use rdkafka::consumer::Consumer as _;
use rdkafka::{Offset, TopicPartitionList};
use shared_telemetry::kafka::{Batch, BatchConsumer, Relation};
use shared_telemetry::testing::{SpanKind, SpanNode, TraceTree, recorder};
use shared_telemetry::{SpanId, TraceId, current};

use crate::broker::{Broker, TOPIC, next_batch, send};
use crate::root::in_root;

/// Processes each message of the batch and commits; gives the trace of the batch.
async fn process(batch: &Batch<'_>) -> TraceTree {
    let id = batch
        .process(async {
            let id = current::trace_id().expect("the batch span is active");
            for message in batch.messages() {
                let work = async {
                    tracing::info_span!("work").in_scope(|| ());
                    Ok::<_, Infallible>(())
                };
                message.process(work).await.expect("infallible");
            }
            batch.commit().await.expect("the broker is up");
            id
        })
        .await;
    recorder().trace(id)
}

/// Sends messages, each from a trace of its own; gives their PRODUCER spans.
async fn sent(broker: &Broker, messages: usize) -> Vec<(TraceId, SpanId)> {
    let producer = broker.producer();
    let mut spans = Vec::new();
    for _ in 0..messages {
        let (id, delivery) = in_root(send(&producer, TOPIC, "an order")).await;
        delivery.expect("the broker is up");
        let trace = recorder().trace(id);
        spans.push((id, trace.one("send orders", SpanKind::Producer).id()));
    }
    spans
}

fn links(span: SpanNode<'_>) -> Vec<(TraceId, SpanId)> {
    span.links().collect()
}

fn committed(consumer: &BatchConsumer) -> Offset {
    let mut partition = TopicPartitionList::new();
    partition.add_partition(TOPIC, 0);
    let timeout = std::time::Duration::from_secs(10);
    let offsets = consumer.inner().committed_offsets(partition, timeout);
    let offsets = offsets.expect("the broker is up");
    offsets.elements()[0].offset()
}

#[tokio::test]
async fn a_batch_is_a_trace_of_its_own_that_links_every_producer() {
    let broker = Broker::start(&[TOPIC]);
    let producers = sent(&broker, 3).await;
    let consumer = broker.consumer(&[TOPIC], 3, Relation::Link);
    let batch = next_batch(&consumer).await;
    // A trace of its own even where another span is active.
    let (_, trace) = in_root(process(&batch)).await;

    let batch = trace.one("process_batch orders", SpanKind::Consumer);
    assert_eq!(batch.parent_id(), SpanId::INVALID, "{trace}");
    assert!(producers.iter().all(|(id, _)| *id != batch.trace_id()));
    assert_eq!(links(batch), producers);
    assert_eq!(batch.text("messaging.system"), "kafka");
    assert_eq!(batch.text("messaging.operation.type"), "process");
    assert_eq!(batch.text("messaging.destination.name"), "orders");
    assert_eq!(batch.text("messaging.consumer.group.name"), "fulfillment");
    assert_eq!(batch.text("messaging.batch.message_count"), "3");
    assert!(batch.status_unset(), "{batch:?}");
}

#[tokio::test]
async fn a_process_span_is_under_the_batch_and_links_its_own_producer_alone() {
    let broker = Broker::start(&[TOPIC]);
    let producers = sent(&broker, 2).await;
    let consumer = broker.consumer(&[TOPIC], 2, Relation::Link);
    let trace = process(&next_batch(&consumer).await).await;

    let batch = trace.one("process_batch orders", SpanKind::Consumer);
    let spans = trace.named("process orders");
    assert_eq!(spans.len(), 2, "{trace}");
    for (number, (span, producer)) in spans.into_iter().zip(&producers).enumerate() {
        assert_eq!(span.kind(), SpanKind::Consumer);
        trace.assert_child("Kafka batch > process", batch, span);
        assert_eq!(links(span), [*producer]);
        assert_eq!(span.text("messaging.operation.type"), "process");
        assert_eq!(span.text("messaging.destination.partition.id"), "0");
        assert_eq!(span.text("messaging.kafka.offset"), number.to_string());
        assert_eq!(span.text("messaging.kafka.message.key"), "order-1");
        let work = trace.named("work")[number];
        trace.assert_child("Kafka process > work", span, work);
    }
}

#[tokio::test]
async fn the_other_side_of_the_queue_is_found_from_the_producers_trace() {
    let broker = Broker::start(&[TOPIC]);
    let producers = sent(&broker, 1).await;
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let trace = process(&next_batch(&consumer).await).await;

    let (producer_trace, _) = producers[0];
    let found = recorder().linked_to(producer_trace);
    assert_eq!(found.len(), 1);
    let found = found[0].one("process orders", SpanKind::Consumer);
    assert_eq!(
        found.id(),
        trace.one("process orders", SpanKind::Consumer).id()
    );
}

#[tokio::test]
async fn a_commit_is_a_span_and_moves_the_offset_behind_the_batch() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, 2).await;
    let consumer = broker.consumer(&[TOPIC], 2, Relation::Link);
    let batch = next_batch(&consumer).await;
    assert_eq!(committed(&consumer), Offset::Invalid, "nothing yet");
    let trace = process(&batch).await;
    assert_eq!(committed(&consumer), Offset::Offset(2));

    let span = trace.one("commit orders", SpanKind::Client);
    let batch = trace.one("process_batch orders", SpanKind::Consumer);
    trace.assert_child("Kafka batch > commit", batch, span);
    assert_eq!(span.text("messaging.operation.type"), "settle");
    assert_eq!(span.text("messaging.operation.name"), "commit");
    assert_eq!(span.text("messaging.consumer.group.name"), "fulfillment");
    assert!(span.status_unset(), "{span:?}");
}

#[tokio::test]
async fn a_redelivered_message_links_the_same_producer_again() {
    let broker = Broker::start(&[TOPIC]);
    let producers = sent(&broker, 1).await;
    let mut spans = Vec::new();
    for _ in 0..2 {
        // A consumer that begins at the beginning, as after a crash before the commit.
        let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
        let trace = process(&next_batch(&consumer).await).await;
        let span = trace.one("process orders", SpanKind::Consumer);
        assert_eq!(links(span), producers);
        spans.push((span.trace_id(), span.id()));
    }
    assert_ne!(spans[0], spans[1], "each delivery has a span of its own");
}

#[tokio::test]
async fn a_message_of_a_second_topic_is_named_after_its_own() {
    let broker = Broker::start(&[TOPIC, "returns"]);
    let producer = broker.producer();
    send(&producer, TOPIC, "an order").await.unwrap();
    send(&producer, "returns", "a return").await.unwrap();
    let consumer = broker.consumer(&[TOPIC, "returns"], 2, Relation::Link);
    let trace = process(&next_batch(&consumer).await).await;

    for topic in [TOPIC, "returns"] {
        let span = trace.one(&format!("process {topic}"), SpanKind::Consumer);
        assert_eq!(span.text("messaging.destination.name"), topic);
    }
}

#[tokio::test]
async fn failed_work_is_an_exception_on_the_process_span_alone() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, 1).await;
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let batch = next_batch(&consumer).await;
    let id = batch
        .process(async {
            let work = async { "ten".parse::<i64>() };
            batch.messages()[0].process(work).await.unwrap_err();
            current::trace_id().expect("the batch span is active")
        })
        .await;

    let trace = recorder().trace(id);
    let span = trace.one("process orders", SpanKind::Consumer);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "core::num::error::ParseIntError");
    assert_eq!(
        span.event_text("exception", "exception.message"),
        "invalid digit found in string"
    );
    let batch = trace.one("process_batch orders", SpanKind::Consumer);
    assert!(batch.status_unset(), "{batch:?}");
}
