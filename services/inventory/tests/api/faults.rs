//! The faults that a call may ask for by its baggage.

use std::time::{Duration, Instant};

use contracts::Faults;
use contracts::inventory::{ReleaseStockRequest, ReserveStockResponse};
use shared_telemetry::testing::SpanKind;
use tonic::{Code, Response, Status};

use crate::support::{Inventory, order, trace_id, traced_with};

const RESERVE: &str = "inventory.v1.Inventory/ReserveStock";

async fn reserve(
    inventory: &Inventory,
    id: &str,
    fault: &str,
) -> Result<Response<ReserveStockResponse>, Status> {
    let wish = order("o-1", &[("MUG-2", 3)]);
    let request = traced_with(wish, id, &format!("demo.fault={fault}"));
    inventory.client().await.reserve_stock(request).await
}

#[tokio::test]
async fn inventory_error_is_an_internal_error_and_its_span_says_that_it_was_asked_for() {
    let inventory = Inventory::start_with(Faults::new(true)).await;
    let id = trace_id(30);
    let refused = reserve(&inventory, &id, "inventory.error").await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    let told = "the request asked for the fault inventory.error";
    assert_eq!(refused.message(), told);

    let tree = inventory.trace(&id, RESERVE, 1).await;
    let server = tree.one(RESERVE, SpanKind::Server);
    assert!(server.failed(), "{server:?}");
    assert_eq!(server.events(), ["fault.injected", "exception"]);
    let fault = server.event_text("fault.injected", "app.fault");
    assert_eq!(fault, "inventory.error");
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn inventory_slow_is_two_seconds_within_the_server_span_and_then_a_reservation() {
    let inventory = Inventory::start_with(Faults::new(true)).await;
    let id = trace_id(31);
    let began = Instant::now();
    let reserved = reserve(&inventory, &id, "inventory.slow").await;
    reserved.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(2));

    let tree = inventory.trace(&id, RESERVE, 5).await;
    let server = tree.one(RESERVE, SpanKind::Server);
    assert!(server.duration() >= Duration::from_secs(2), "{server:?}");
    assert_eq!(server.events(), ["fault.injected"]);
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    assert!(business.duration() < Duration::from_secs(2), "{business:?}");
    assert_eq!(inventory.left("MUG-2").await, 9_997);
    inventory.stop().await;
}

#[tokio::test]
async fn inventory_out_of_stock_is_a_shortage_that_asks_no_database() {
    let inventory = Inventory::start_with(Faults::new(true)).await;
    let id = trace_id(32);
    let refused = reserve(&inventory, &id, "inventory.out_of_stock").await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(refused.message(), "3 of MUG-2 are wanted and 0 are left");

    let tree = inventory.trace(&id, RESERVE, 2).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    assert!(business.failed(), "{business:?}");
    assert_eq!(business.events(), ["fault.injected", "exception"]);
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn a_release_works_whatever_fault_is_asked_for() {
    let inventory = Inventory::start_with(Faults::new(true)).await;
    let mut client = inventory.client().await;
    let wish = order("o-1", &[("MUG-2", 3)]);
    client.reserve_stock(wish).await.unwrap();
    let release = ReleaseStockRequest {
        order_id: "o-1".to_owned(),
    };
    let request = traced_with(release, &trace_id(33), "demo.fault=inventory.error");
    let answer = client.release_stock(request).await.unwrap().into_inner();
    assert!(answer.released);
    inventory.stop().await;
}

#[tokio::test]
async fn nobody_gets_a_fault_where_they_are_off_nor_one_of_another_service() {
    let cases = [
        (Faults::default(), "inventory.error"),
        (Faults::new(true), "pricing.error"),
    ];
    for (number, (faults, fault)) in (34..).zip(cases) {
        let inventory = Inventory::start_with(faults).await;
        let id = trace_id(number);
        reserve(&inventory, &id, fault).await.unwrap();
        let tree = inventory.trace(&id, RESERVE, 5).await;
        for span in tree.spans() {
            assert!(!span.events().contains(&"fault.injected"), "{tree}");
        }
        inventory.stop().await;
    }
}
