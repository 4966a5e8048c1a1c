//! A consumer that stands still for longer than its session, while another takes its place.

use std::time::Duration;

use contracts::topics;
use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rustix::process::Signal;
use system_tests::{Customers, Demo};

use crate::all_is_well;
use crate::broker::{impatient_shop, nothing_was_committed_late, until};

const ORDERS: usize = 8;
/// As many as the topic has.
const PARTITIONS: usize = 3;

/// Waits until the group has given all partitions of a member that says nothing to this one.
async fn takes_over(demo: &Demo) -> StreamConsumer {
    let successor: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", demo.url("kafka"))
        .set("group.id", topics::FULFILLMENT_GROUP)
        .set("enable.auto.commit", "false")
        .set("session.timeout.ms", "2000")
        .set("heartbeat.interval.ms", "500")
        .create()
        .unwrap();
    successor.subscribe(&[topics::ORDER_CREATED]).unwrap();
    until("the partitions are somebody else's", async || {
        // Being asked is what keeps a member in its group.
        let _ = tokio::time::timeout(Duration::from_millis(50), successor.recv()).await;
        successor.assignment().unwrap().count() == PARTITIONS
    })
    .await;
    successor
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fulfillment_that_stood_still_commits_nothing_late_and_doubles_nothing() {
    let (demo, ledger) = impatient_shop().await;
    let demo = demo.start();
    let process = demo.process_of("fulfillment");
    let customers = Customers::with_baggage("demo.fault=inventory.slow");
    customers.order(&demo, ORDERS).await;
    demo.wait_for_line("an order in hand", |line| {
        line["service"] == "inventory" && !line["fields"]["app.fault"].is_null()
    });
    demo.signal("fulfillment", Signal::STOP);
    let successor = takes_over(&demo).await;
    demo.signal("fulfillment", Signal::CONT);
    // It finds its partitions gone; what it has in hand can't be committed any more.
    until("the late commit is refused", async || {
        let refused = |line: &serde_json::Value| {
            line["message"] == "offsets not committed, the batch may be delivered again"
        };
        !demo.log_lines(refused).is_empty()
    })
    .await;
    // Who has taken over does nothing and leaves: all of it comes again.
    drop(successor);
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(verdict.orders, ORDERS);
    assert_eq!(demo.process_of("fulfillment"), process, "it has not died");
    nothing_was_committed_late(&ledger).await;
}
