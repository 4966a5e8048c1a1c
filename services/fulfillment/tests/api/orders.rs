//! How orders end.

use shared_telemetry::testing::SpanKind;

use crate::warehouse::{Warehouse, order};

#[tokio::test]
async fn an_order_is_reserved_once_and_recorded_with_both_of_its_traces() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    let checkout = warehouse.send(&order).await;
    let known = running.order(&order.order_id).await;
    assert_eq!(known["order_id"], order.order_id.as_str());
    assert_eq!(known["state"], "reserved");
    assert_eq!(known["checkout_trace_id"], checkout.to_string());
    let fulfillment = known["fulfillment_trace_id"].as_str().unwrap();
    assert_eq!(fulfillment.len(), 32);
    assert_ne!(fulfillment, checkout.to_string());
    running.until_nothing_waits(1).await;
    assert_eq!(warehouse.inventory.calls(), [order.order_id]);
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_reserved_is_recorded_as_what_it_is() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    for (sku, state) in [("NONE-LEFT", "out_of_stock"), ("NO-SUCH", "failed")] {
        let order = order(sku);
        warehouse.send(&order).await;
        let known = running.order(&order.order_id).await;
        assert_eq!(known["state"], state);
        assert!(known["reason"].as_str().unwrap().contains(sku), "{known}");
        assert_eq!(known["attempts"], 1);
    }
    running.until_nothing_waits(2).await;
    assert_eq!(warehouse.inventory.calls().len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_comes_twice_changes_nothing_and_the_second_span_says_so() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    warehouse.send(&order).await;
    let first = running.order(&order.order_id).await;
    // From another checkout's trace, and under another key.
    let second = warehouse.send_bytes("key", &order.encode(), &[]).await;
    running.until_nothing_waits(2).await;
    assert_eq!(running.order(&order.order_id).await, first);
    assert_eq!(warehouse.inventory.calls().len(), 1);
    running.stop().await;

    let tree = warehouse.recorder.linked_to(second).pop().unwrap();
    let processed = tree.one("process order.created", SpanKind::Consumer);
    assert_eq!(
        processed.event_text("order.duplicate", "app.order.state"),
        "reserved"
    );
    assert!(processed.status_unset(), "{processed:?}");
}

#[tokio::test]
async fn different_orders_of_a_batch_need_not_wait_for_each_other() {
    let warehouse = Warehouse::open();
    warehouse.inventory.wait_for_a_crowd_of(4);
    let orders = [(); 4].map(|()| order("MUG-2"));
    for order in &orders {
        warehouse.send(order).await;
    }
    let running = warehouse.start(&[("BATCH_MAX_WAIT_MS", "2000")]).await;
    for order in &orders {
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    }
    assert_eq!(
        warehouse.inventory.calls().len(),
        4,
        "nobody had to be asked again"
    );
    running.stop().await;
}
