//! Neighbours that are down for a while: no order is lost.

use serde_json::Value;
use tonic::Code;

use crate::inventory::silent_port;
use crate::warehouse::{Warehouse, eventually, order};

#[tokio::test]
async fn an_order_is_reserved_as_soon_as_inventory_is_back() {
    for code in [Code::Unavailable, Code::Internal] {
        let warehouse = Warehouse::open();
        warehouse.inventory.refuse_with(Some(code));
        let running = warehouse.start(&[]).await;
        let order = order("MUG-2");
        let checkout = warehouse.send(&order).await;
        let calls = || warehouse.inventory.calls().len();
        eventually("inventory is asked again", async || {
            (calls() >= 3).then_some(())
        })
        .await;
        let lag: Value = running.get("/lag").await.json().await.unwrap();
        assert_eq!(lag["lag"], 1, "nothing may be committed yet: {lag}");
        warehouse.inventory.refuse_with(None);
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
        running.until_nothing_waits(1).await;

        // Each retry is an event of the process span, which is no failure in the end.
        let fulfillment = warehouse.recorder.linked_to(checkout).pop().unwrap();
        let processed = fulfillment.named("process order.created")[0];
        let retries = processed
            .events()
            .into_iter()
            .filter(|name| *name == "retry")
            .count();
        assert_eq!(retries, calls() - 1, "{processed:?}");
        assert_eq!(processed.event_text("retry", "attempt"), "1");
        assert_eq!(processed.event_text("retry", "delay_ms"), "100");
        assert!(processed.status_unset(), "{processed:?}");
        running.stop().await;
    }
}

#[tokio::test]
async fn an_inventory_that_has_vanished_is_given_up_by_the_deadline_and_asked_anew() {
    let warehouse = Warehouse::open();
    let (listener, addr) = silent_port().await;
    let settings = [("RESERVE_DEADLINE_MS", "200")];
    let running = warehouse.start_with_inventory_at(addr, &settings).await;
    let order = order("MUG-2");
    let checkout = warehouse.send(&order).await;
    // This connection is taken and then says nothing for good, as one to a lost machine does.
    let lost = listener.accept().await.unwrap();
    warehouse.inventory.serve(listener);
    assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    running.until_nothing_waits(1).await;
    drop(lost);

    let fulfillment = warehouse.recorder.linked_to(checkout).pop().unwrap();
    let calls = fulfillment.named("inventory.v1.Inventory/ReserveStock");
    assert!(
        calls[0].failed() && calls[calls.len() - 1].status_unset(),
        "{calls:?}"
    );
    let process = fulfillment.named("process order.created")[0];
    let reason = process.event_text("retry", "reason");
    assert!(
        reason.contains("inventory does not answer: DeadlineExceeded"),
        "{reason}"
    );
    running.stop().await;
}

#[tokio::test]
async fn an_order_in_hand_at_the_stop_is_fulfilled_after_the_next_start() {
    let warehouse = Warehouse::open();
    warehouse.inventory.refuse_with(Some(Code::Unavailable));
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    warehouse.send(&order).await;
    let asked = async || (!warehouse.inventory.calls().is_empty()).then_some(());
    eventually("inventory is asked", asked).await;
    running.stop().await;

    warehouse.inventory.refuse_with(None);
    let running = warehouse.start(&[]).await;
    assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    running.until_nothing_waits(1).await;
    running.stop().await;
}

#[tokio::test]
async fn a_broker_that_is_down_for_a_while_loses_no_order_and_hinders_no_stop() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let before = order("MUG-2");
    warehouse.send(&before).await;
    running.order(&before.order_id).await;
    warehouse.broker.broker_down(1).unwrap();
    eventually("the outage is felt", async || {
        let status = running.get("/lag").await.status();
        status.is_server_error().then_some(())
    })
    .await;
    warehouse.broker.broker_up(1).unwrap();
    let after = order("MUG-2");
    warehouse.send(&after).await;
    assert_eq!(running.order(&after.order_id).await["state"], "reserved");
    running.stop().await;
}
