//! Faults that a caller asks for.

use contracts::Fault;
use shared_telemetry::testing::SpanKind;

use crate::letterbox::dead_letters;
use crate::warehouse::{Warehouse, order};

#[tokio::test]
async fn a_poison_that_is_asked_for_is_a_dead_letter_whose_span_says_who_wanted_it() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[("DEMO_FAULTS", "on")]).await;
    let order = order("MUG-2");
    let checkout = warehouse
        .send_with_fault(&order, Fault::FulfillmentPoison)
        .await;
    let known = running.order(&order.order_id).await;
    assert_eq!(known["state"], "failed");
    assert_eq!(
        known["reason"],
        "the request asks for the fault fulfillment.poison"
    );
    assert_eq!(dead_letters(&warehouse, 1).await[0].payload, order.encode());
    running.until_nothing_waits(1).await;
    assert!(warehouse.inventory.calls().is_empty());
    running.stop().await;

    let tree = warehouse.recorder.linked_to(checkout).pop().unwrap();
    let processed = tree.one("process order.created", SpanKind::Consumer);
    assert_eq!(
        processed.event_text("fault.injected", "app.fault"),
        "fulfillment.poison"
    );
    assert!(processed.failed(), "{processed:?}");
}

#[tokio::test]
async fn nobody_listens_to_faults_unless_told_to_and_another_services_are_none() {
    for (switch, fault) in [
        ("off", Fault::FulfillmentPoison),
        ("off", Fault::FulfillmentCrash),
        ("on", Fault::InventoryError),
    ] {
        let warehouse = Warehouse::open();
        let running = warehouse.start(&[("DEMO_FAULTS", switch)]).await;
        let order = order("MUG-2");
        warehouse.send_with_fault(&order, fault).await;
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
        running.until_nothing_waits(1).await;
        running.stop().await;
    }
}
