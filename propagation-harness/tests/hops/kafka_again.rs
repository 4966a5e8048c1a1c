//! Kafka, when a message comes again: by a retry topic, by redelivery, as a dead letter.

use std::fmt;

use propagation_harness::{Boundary, Caller, Landing, Observation};
use shared_telemetry::kafka::{Batch, Producer};
use shared_telemetry::testing::{SpanKind, SpanNode, TraceTree};

use crate::topics::{ORDERS, Topics, next, process, send};

const RETRY: &str = "orders.retry";
const DEAD: &str = "orders.dlq";

#[derive(Debug)]
struct NotNow;

impl fmt::Display for NotNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not now")
    }
}

impl std::error::Error for NotNow {}

/// Fails, and hands the message on to `topic` with all its headers, old trace headers included,
/// as every relay does that was written without a thought of tracing.
async fn fail_and_pass_on(batch: &Batch<'_>, producer: &Producer, topic: &str) {
    let message = &batch.messages()[0];
    let work = async {
        let headers: Vec<_> = message
            .headers()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect();
        send(producer, topic, &headers).await;
        Err::<(), _>(NotNow)
    };
    let failed = batch.process(message.process(work)).await;
    assert!(failed.is_err());
}

/// One message, given up by its first consumer and taken from `topic` by a second one. The
/// answer is what the first sender had, what the second consumer saw, and all that was recorded.
async fn pass_on(topic: &str) -> (Landing, Landing, TraceTree) {
    let observation = Observation::begin().await;
    let topics = Topics::open(&[ORDERS, topic]).await;
    let sent = topics.send(Caller::SAMPLED).await;
    let first = topics.consumer(ORDERS, 1).await;
    fail_and_pass_on(&next(&first).await, &topics.producer(), topic).await;
    drop(first);
    let second = topics.consumer(topic, 1).await;
    let landed = process(&next(&second).await).await;
    let batch = format!("process_batch {topic}");
    let recorded = observation
        .recorded_when(|recorded| recorded.has(&batch))
        .await;
    (sent, landed[0].clone(), recorded)
}

fn ids(span: SpanNode<'_>) -> (shared_telemetry::TraceId, shared_telemetry::SpanId) {
    (span.trace_id(), span.id())
}

#[track_caller]
fn assert_passed_on(hop: Boundary, topic: &str, passed: &(Landing, Landing, TraceTree)) {
    let (sent, landed, recorded) = passed;
    let origin = recorded.one("send orders", SpanKind::Producer);
    let given_up = recorded.one("process orders", SpanKind::Consumer);
    hop.links(recorded, given_up, &[ids(origin)]);
    let producer = hop.child(
        recorded,
        given_up,
        SpanKind::Producer,
        &format!("send {topic}"),
    );
    let taken = recorded.one(&format!("process {topic}"), SpanKind::Consumer);
    hop.links(recorded, taken, &[ids(producer)]);
    hop.baggage(sent.tier.as_deref(), landed.tier.as_deref());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_links_to_the_one_who_sent_it_again() {
    assert_passed_on(Boundary::KafkaRetry, RETRY, &pass_on(RETRY).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_belongs_to_the_trace_that_gave_it_up() {
    let passed = pass_on(DEAD).await;
    let given_up = passed.2.one("process orders", SpanKind::Consumer);
    assert!(given_up.failed(), "the span tells of the error");
    assert_passed_on(Boundary::KafkaDeadLetter, DEAD, &passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_delivered_again_has_the_same_link() {
    let observation = Observation::begin().await;
    let topics = Topics::open(&[ORDERS]).await;
    let sent = topics.send(Caller::SAMPLED).await;
    let mut tiers = Vec::new();
    for _ in 0..2 {
        // It ends without a commit, and so the next one gets the message again.
        let consumer = topics.consumer(ORDERS, 1).await;
        let landed = process(&next(&consumer).await).await;
        tiers.push(landed[0].tier.clone());
    }
    let recorded = observation
        .recorded_when(|recorded| recorded.named("process_batch orders").len() == 2)
        .await;
    let hop = Boundary::KafkaRedelivery;
    let producer = recorded.one("send orders", SpanKind::Producer);
    let consumers = recorded.named("process orders");
    assert_eq!(consumers.len(), 2);
    for (consumer, tier) in consumers.iter().zip(&tiers) {
        hop.links(&recorded, *consumer, &[ids(producer)]);
        hop.baggage(sent.tier.as_deref(), tier.as_deref());
    }
    hop.own_trace(&recorded, consumers[0], consumers[1]);
}
