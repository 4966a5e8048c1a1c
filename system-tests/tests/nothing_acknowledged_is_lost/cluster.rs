//! A cluster of three brokers that refuses, moves and forgets for a while, as one does that is
//! being rolled.

use std::collections::HashSet;
use std::time::Duration;

use contracts::topics;
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use reqwest::StatusCode;
use rustix::process::Signal;
use system_tests::{Customers, DemoBuilder, Ledger};

use crate::broker::until;
use crate::post::nothing_waits;
use crate::{all_is_well, shop};

type Cluster = MockCluster<'static, DefaultProducerContext>;

const BROKERS: i32 = 3;
const BEFORE: usize = 20;
const MEANWHILE: usize = 20;
const SLOW: usize = 8;

/// A shop on a cluster of the test's own.
async fn clustered_shop() -> (Cluster, DemoBuilder, Ledger) {
    let cluster = MockCluster::new(BROKERS).unwrap();
    for topic in [topics::ORDER_CREATED, topics::ORDER_CREATED_DLQ] {
        cluster.create_topic(topic, 3, BROKERS).unwrap();
    }
    let (mut demo, ledger) = shop().await;
    for service in ["gateway", "fulfillment"] {
        let brokers = cluster.bootstrap_servers();
        demo = demo.set(&format!("{service}.KAFKA_BROKERS={brokers}"));
    }
    (cluster, demo, ledger)
}

/// How many messages were processed, and how many of them had been processed before.
fn processed(ledger: &Ledger) -> (usize, usize) {
    ledger.read(|spans| {
        let processed = spans
            .iter()
            .filter(|span| &*span.name == "process order.created");
        let again =
            |events: &[std::sync::Arc<str>]| events.iter().any(|name| &**name == "order.duplicate");
        let duplicates = processed.clone().filter(|span| again(&span.events));
        (processed.count(), duplicates.count())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_refuses_for_a_moment_gets_each_order_once_and_its_span_is_no_failure() {
    let (cluster, demo, ledger) = clustered_shop().await;
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, 1).await;
    for refusal in [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    ] {
        cluster.request_errors(RDKafkaApiKey::Produce, &[refusal; 3]);
        customers.order(&demo, 1).await;
    }
    assert_eq!(customers.refusals(), 0, "the client tries again by itself");
    nothing_waits(&demo, 4).await;
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(verdict.orders, 4);
    assert_eq!(processed(&ledger), (4, 0));
    let sent = ledger.read(|spans| {
        let sent = spans
            .iter()
            .filter(|span| &*span.name == "send order.created");
        let mut sent: Vec<_> = sent.collect();
        sent.sort_by_key(|span| span.time.0);
        sent.into_iter()
            .map(|span| {
                assert!(!span.failed, "{span:?}");
                Duration::from_nanos(span.time.1 - span.time.0)
            })
            .collect::<Vec<_>>()
    });
    // Waits of 100, 200 and 400 ms, each up to a fifth shorter by chance. The first one met no refusal.
    let waited = |time: &Duration| *time > Duration::from_millis(500);
    assert!(
        sent.len() == 4 && sent[1..].iter().all(waited),
        "no hot loop: {sent:?}"
    );
}

/// The leaders and the coordinator move to another broker, which is not ready yet.
fn roll_to(broker: i32, cluster: &Cluster) {
    for partition in 0..3 {
        let topic = topics::ORDER_CREATED;
        cluster
            .partition_leader(topic, partition, Some(broker))
            .unwrap();
    }
    let group = MockCoordinator::Group(topics::FULFILLMENT_GROUP.to_owned());
    cluster.coordinator(group, broker).unwrap();
    for (request, refusal) in [
        (
            RDKafkaApiKey::OffsetForLeaderEpoch,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        ),
        (
            RDKafkaApiKey::FindCoordinator,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        ),
        (
            RDKafkaApiKey::Heartbeat,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        ),
        (
            RDKafkaApiKey::JoinGroup,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        ),
    ] {
        cluster.request_errors(request, &[refusal; 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_cluster_is_rolled_no_order_is_lost_doubled_or_passed_over() {
    let (cluster, demo, ledger) = clustered_shop().await;
    let demo = demo.set("fulfillment.KAFKA_SESSION_TIMEOUT_MS=4000");
    let demo = demo.start();
    let process = demo.process_of("fulfillment");
    // Slow enough to be in hand when the group throws the consumer out.
    let customers = Customers::with_baggage("demo.fault=inventory.slow");
    customers.order(&demo, SLOW).await;
    nothing_waits(&demo, SLOW).await;
    for broker in [2, 3] {
        roll_to(broker, &cluster);
        // It comes back by itself: who looks only after the orders may look too late.
        let thrown_out = until("the consumer is thrown out", async || {
            let status = demo.get("fulfillment", "/readyz").await.status;
            status == StatusCode::SERVICE_UNAVAILABLE
        });
        tokio::join!(customers.order(&demo, SLOW), thrown_out);
    }
    let all = 3 * SLOW;
    nothing_waits(&demo, all).await;
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(verdict.orders, all);
    assert_eq!(
        demo.process_of("fulfillment"),
        process,
        "it has not given up"
    );
    // What was in hand when a commit was refused may have come again; of what was committed
    // before, nothing has.
    let (processed, duplicates) = processed(&ledger);
    assert_eq!(processed - duplicates, all, "{duplicates} of {processed}");
    let settled = customers.acknowledged().into_iter().take(SLOW);
    let settled: HashSet<_> = settled.map(|order| order.order_id).collect();
    let taken = ledger.read(|spans| {
        let processed = spans
            .iter()
            .filter(|span| &*span.name == "process order.created");
        let orders = processed.filter_map(|span| span.order.as_deref());
        orders.filter(|order| settled.contains(*order)).count()
    });
    assert_eq!(taken, SLOW, "begun from the start again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_not_told_its_offsets_at_once_waits_and_begins_at_no_other_place() {
    let (cluster, demo, ledger) = clustered_shop().await;
    let demo = demo.set("fulfillment.KAFKA_SESSION_TIMEOUT_MS=4000");
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;
    nothing_waits(&demo, BEFORE).await;
    all_is_well(&demo, &ledger, &customers).await;
    let refusals = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
    ];
    cluster.request_errors(RDKafkaApiKey::OffsetFetch, &refusals);
    let before = demo.process_of("fulfillment");
    demo.signal("fulfillment", Signal::KILL);
    until("it is started again", async || {
        let process = demo.process_of("fulfillment");
        process.is_some() && process != before
    })
    .await;
    customers.order(&demo, MEANWHILE).await;
    nothing_waits(&demo, BEFORE + MEANWHILE).await;
    all_is_well(&demo, &ledger, &customers).await;
    let all = BEFORE + MEANWHILE;
    assert_eq!(processed(&ledger), (all, 0), "none again, none passed over");
}
