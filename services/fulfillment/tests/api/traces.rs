//! The trace of an order, and how it hangs together with the checkout's.

use shared_telemetry::testing::SpanKind;

use crate::warehouse::{Warehouse, order};

const CALL: &str = "inventory.v1.Inventory/ReserveStock";

#[tokio::test]
async fn an_order_is_a_trace_of_its_own_that_links_to_its_checkout() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    let checkout = warehouse.send(&order).await;
    let known = running.order(&order.order_id).await;
    running.until_nothing_waits(1).await;
    // The batch ends after its commit.
    running.stop().await;

    let tree = warehouse.recorder.linked_to(checkout).pop().unwrap();
    let batch = tree.one("process_batch order.created", SpanKind::Consumer);
    let process = tree.one("process order.created", SpanKind::Consumer);
    let send = warehouse.recorder.trace(checkout);
    let send = send.one("send order.created", SpanKind::Producer);
    for consumer in [batch, process] {
        let links: Vec<_> = consumer.links().collect();
        assert_eq!(links, [(checkout, send.id())], "{consumer:?}");
    }
    tree.assert_child("batch to order", batch, process);
    for (name, kind) in [
        ("SELECT orders", SpanKind::Client),
        (CALL, SpanKind::Client),
        ("INSERT orders", SpanKind::Client),
    ] {
        tree.assert_child("order to its work", process, tree.one(name, kind));
    }
    let commit = tree.one("commit order.created", SpanKind::Client);
    tree.assert_child("batch to commit", batch, commit);
    assert_eq!(tree.len(), 6, "{tree}");

    assert_eq!(
        known["fulfillment_trace_id"],
        process.trace_id().to_string()
    );
    assert_eq!(process.text("app.order.id"), order.order_id);
    assert_eq!(process.text("app.order.state"), "reserved");
    assert_eq!(process.text("app.customer.tier"), "gold");
    assert!(tree.spans().all(|span| span.status_unset()), "{tree}");
}

#[tokio::test]
async fn with_the_relation_parent_the_order_goes_on_in_the_checkouts_trace() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[("MESSAGING_RELATION", "parent")]).await;
    let order = order("MUG-2");
    let checkout = warehouse.send(&order).await;
    let known = running.order(&order.order_id).await;
    assert_eq!(known["fulfillment_trace_id"], checkout.to_string());
    running.stop().await;
    let tree = warehouse.recorder.trace(checkout);
    let send = tree.one("send order.created", SpanKind::Producer);
    let process = tree.one("process order.created", SpanKind::Consumer);
    tree.assert_child("queue", send, process);
    tree.assert_child("order to gRPC", process, tree.one(CALL, SpanKind::Client));
}
