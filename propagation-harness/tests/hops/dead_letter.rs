//! A message that fulfillment can't read: its dead letter belongs to the trace that gave it up.

use contracts::topics::{ORDER_CREATED, ORDER_CREATED_DLQ};
use propagation_harness::{Boundary, Caller, Landing, Observation, Shop};
use shared_telemetry::kafka::Relation;
use shared_telemetry::testing::SpanKind;

use crate::topics::{consumer, next, process, producer, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_of_fulfillment_can_be_followed_back() {
    let observation = Observation::begin().await;
    let shop = Shop::open().await;
    let rubbish = producer(shop.brokers());
    let give = |landing: Landing| async move {
        send(&rubbish, ORDER_CREATED, &[]).await;
        landing
    };
    let sent = Caller::SAMPLED.run(give).await;
    let letters = consumer(shop.brokers(), ORDER_CREATED_DLQ, 1, Relation::Link);
    let landed = process(&next(&letters).await).await;
    drop(letters);
    shop.close().await;

    let hop = Boundary::KafkaFulfillmentDeadLetter;
    let recorded = observation.recorded();
    let origin = recorded.one("send order.created", SpanKind::Producer);
    let given_up = recorded.one("process order.created", SpanKind::Consumer);
    hop.links(&recorded, given_up, &[(origin.trace_id(), origin.id())]);
    let letter = hop.child(
        &recorded,
        given_up,
        SpanKind::Producer,
        "send order.created.dlq",
    );
    let read = recorded.one("process order.created.dlq", SpanKind::Consumer);
    hop.links(&recorded, read, &[(letter.trace_id(), letter.id())]);
    hop.baggage(sent.tier.as_deref(), landed[0].tier.as_deref());
}
