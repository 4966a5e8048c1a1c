//! Neighbours that are down for a while: no order is lost.

use reqwest::StatusCode;
use serde_json::Value;
use shared_telemetry::testing::SpanKind;
use tonic::Code;

use crate::inventory::silent_port;
use crate::warehouse::{Warehouse, eventually, order};

#[tokio::test]
async fn an_order_that_fails_for_a_moment_is_reserved_within_its_delivery() {
    for code in [Code::Unavailable, Code::Internal] {
        let warehouse = Warehouse::open();
        warehouse.inventory.refuse_with(Some(code));
        let running = warehouse.start(&[]).await;
        let order = order("MUG-2");
        let checkout = warehouse.send(&order).await;
        let calls = || warehouse.inventory.calls().len();
        let asked_again = async || (calls() >= 2).then_some(());
        eventually("inventory is asked again", asked_again).await;
        warehouse.inventory.refuse_with(None);
        let known = running.order(&order.order_id).await;
        assert_eq!(known["state"], "reserved");
        assert_eq!(known["attempts"], calls());
        running.until_nothing_waits(1).await;

        // Each retry is an event of the process span, which is no failure in the end.
        let fulfillment = warehouse.recorder.linked_to(checkout).pop().unwrap();
        let processed = fulfillment.named("process order.created")[0];
        let retries = processed.events().into_iter();
        let retries = retries.filter(|name| *name == "retry").count();
        assert_eq!(retries, calls() - 1, "{processed:?}");
        assert_eq!(processed.event_text("retry", "attempt"), "1");
        let delay: u32 = processed.event_text("retry", "delay_ms").parse().unwrap();
        assert!((50..=100).contains(&delay), "{delay}");
        assert!(processed.status_unset(), "{processed:?}");
        running.stop().await;
    }
}

#[tokio::test]
async fn while_inventory_is_away_deliveries_are_short_and_no_order_is_lost_or_put_aside() {
    let warehouse = Warehouse::open();
    warehouse.inventory.refuse_with(Some(Code::Unavailable));
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    let checkout = warehouse.send(&order).await;
    let calls = || warehouse.inventory.calls().len();
    let third_delivery = async || (calls() > 12).then_some(());
    eventually("a third delivery", third_delivery).await;
    let lag: Value = running.get("/lag").await.json().await.unwrap();
    assert_eq!(lag["lag"], 1, "nothing may be committed yet: {lag}");
    warehouse.inventory.refuse_with(None);
    let known = running.order(&order.order_id).await;
    assert_eq!(known["state"], "reserved");
    assert_eq!(known["attempts"], calls());
    running.until_nothing_waits(1).await;
    running.stop().await;

    let traces = warehouse.deliveries(checkout);
    assert!(traces.len() >= 3, "each delivery is a trace of its own");
    let (last, failed) = traces.split_last().unwrap();
    for (number, trace) in failed.iter().enumerate() {
        let processed = trace.one("process order.created", SpanKind::Consumer);
        let retries = processed.events().into_iter();
        assert_eq!(retries.filter(|name| *name == "retry").count(), 5);
        assert!(processed.failed(), "{processed:?}");
        let told = processed.event_text("exception", "exception.message");
        assert!(told.starts_with("given back"), "{told}");
        let batch = trace.one("process_batch order.created", SpanKind::Consumer);
        let deliveries = batch.event_text("redelivery", "deliveries");
        assert_eq!(deliveries, (number + 1).to_string());
        assert!(!trace.has("commit order.created"), "{trace}");
    }
    let processed = last.one("process order.created", SpanKind::Consumer);
    assert!(processed.status_unset(), "{processed:?}");
    assert_eq!(processed.text("app.delivery"), traces.len().to_string());
    assert!(warehouse.inventory.released().is_empty());
    // To be delivered again is not to be asked for anew.
    assert!(warehouse.inventory.asked_anew().is_empty());
}

#[tokio::test]
async fn an_order_that_waits_for_a_neighbour_holds_up_no_other_for_good() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let waiting = order("AWAY");
    warehouse.send(&waiting).await;
    let asked = async || (!warehouse.inventory.calls().is_empty()).then_some(());
    eventually("inventory is asked", asked).await;
    for _ in 0..6 {
        let order = order("MUG-2");
        warehouse.send(&order).await;
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    }
    let response = running.get(&format!("/orders/{}", waiting.order_id)).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    warehouse.inventory.mend();
    assert_eq!(running.order(&waiting.order_id).await["state"], "reserved");
    running.until_nothing_waits(7).await;
    assert_eq!(warehouse.inventory.reserved().len(), 7);
    running.stop().await;
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

    // A machine that hangs is no fault of the order, however long it does.
    assert!(warehouse.inventory.released().is_empty());
    let deliveries = warehouse.deliveries(checkout);
    let process = deliveries[0].named("process order.created")[0];
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
