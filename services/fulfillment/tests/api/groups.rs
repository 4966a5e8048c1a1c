//! The consumer group: commits that fail, members that come and go.

use std::collections::HashSet;

use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use shared_telemetry::testing::SpanKind;

use crate::warehouse::{Warehouse, order};

#[tokio::test]
async fn a_commit_that_fails_brings_the_order_again_and_it_changes_nothing() {
    for error in [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
    ] {
        let warehouse = Warehouse::open();
        warehouse
            .broker
            .request_errors(RDKafkaApiKey::OffsetCommit, &[error]);
        let running = warehouse
            .start(&[("KAFKA_SESSION_TIMEOUT_MS", "4000")])
            .await;
        let order = order("MUG-2");
        let checkout = warehouse.send(&order).await;
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
        running.until_nothing_waits(1).await;
        running.stop().await;
        assert_eq!(warehouse.inventory.calls().len(), 1, "{error:?}");

        let deliveries = warehouse.deliveries(checkout);
        assert_eq!(deliveries.len(), 2, "{error:?}");
        let commit = deliveries[0].one("commit order.created", SpanKind::Client);
        assert!(commit.failed(), "{commit:?}");
        let again = deliveries[1].one("process order.created", SpanKind::Consumer);
        assert!(again.events().contains(&"order.duplicate"), "{again:?}");
    }
}

#[tokio::test]
async fn members_that_come_and_go_lose_no_order_and_double_no_effect() {
    let warehouse = Warehouse::open();
    let settings = [("KAFKA_SESSION_TIMEOUT_MS", "4000")];
    let first = warehouse.start(&settings).await;
    let mut orders = HashSet::new();
    let mut place = async |count| {
        for _ in 0..count {
            let order = order("MUG-2");
            warehouse.send(&order).await;
            orders.insert(order.order_id);
        }
    };
    place(20).await;
    let second = warehouse.start(&settings).await;
    place(20).await;
    // Both have the same database: whoever is asked knows all orders.
    second.until_ready().await;
    place(20).await;
    first.stop().await;
    place(20).await;
    second.until_nothing_waits(80).await;
    for order in &orders {
        assert_eq!(second.order(order).await["state"], "reserved");
    }
    assert_eq!(warehouse.inventory.reserved(), orders);
    second.stop().await;
}
