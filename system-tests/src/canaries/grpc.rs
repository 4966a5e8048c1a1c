//! Secrets in calls of inventory.

use std::time::Instant;

use contracts::inventory::inventory_client::InventoryClient;
use contracts::inventory::{
    CheckAvailabilityRequest, ReleaseStockRequest, ReserveStockRequest, StockLine,
};
use tonic::Request;
use tonic::metadata::MetadataValue;

use super::Canaries;
use crate::Demo;
use crate::demo::PATIENCE;

/// Where inventory takes calls; the demo tells it to people only.
pub(super) async fn address(demo: &Demo) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let output = demo.output();
        let told = output.split("gRPC ").nth(1);
        if let Some(address) = told.and_then(|rest| rest.split_whitespace().next()) {
            return address.to_owned();
        }
        assert!(Instant::now() < deadline, "no address of gRPC in {output}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

pub(super) async fn send(address: &str, canaries: &Canaries) {
    let ids = [
        canaries.mail("order_id"),
        canaries.card("order_id"),
        // PostgreSQL takes no such text, and its errors are told.
        format!("{}\0", canaries.mail("order_id with a zero byte")),
    ];
    for order_id in ids {
        for lines in [strange_lines("ReserveStock", canaries), good_lines()] {
            reserve(address, &order_id, lines, canaries).await;
        }
        let mut client = client(address).await;
        let release = ReleaseStockRequest { order_id };
        let release = with_metadata(release, "ReleaseStock", canaries);
        let _ = client.release_stock(release).await;
    }
    let check = CheckAvailabilityRequest {
        lines: strange_lines("CheckAvailability", canaries),
    };
    let check = with_metadata(check, "CheckAvailability", canaries);
    let _ = client(address).await.check_availability(check).await;
}

/// Asks for stock for an order of that id.
pub(super) async fn reserve(
    address: &str,
    order_id: &str,
    lines: Vec<StockLine>,
    canaries: &Canaries,
) {
    let reserve = ReserveStockRequest {
        order_id: order_id.to_owned(),
        lines,
        allow_released: false,
    };
    let reserve = with_metadata(reserve, "ReserveStock", canaries);
    // What is answered does not matter: refusals are told too.
    let _ = client(address).await.reserve_stock(reserve).await;
}

async fn client(address: &str) -> InventoryClient<tonic::transport::Channel> {
    let connected = InventoryClient::connect(format!("http://{address}")).await;
    connected.expect("inventory listens")
}

pub(super) fn good_lines() -> Vec<StockLine> {
    vec![StockLine {
        sku: "MUG-2".to_owned(),
        quantity: 1,
    }]
}

fn strange_lines(call: &str, canaries: &Canaries) -> Vec<StockLine> {
    let place = format!("a SKU of {call}");
    let skus = [canaries.mail(&place), canaries.card(&place)];
    skus.map(|sku| StockLine { sku, quantity: 1 }).to_vec()
}

fn with_metadata<T>(message: T, call: &str, canaries: &Canaries) -> Request<T> {
    let mut request = Request::new(message);
    let mut add = |name: &'static str, value: String| {
        let value = MetadataValue::try_from(value).expect("ASCII");
        request.metadata_mut().insert(name, value);
    };
    let place = |name: &str| format!("{name} of {call}");
    let (mail, word) = (
        |name: &str| canaries.mail(&place(name)),
        |name: &str| canaries.word(&place(name)),
    );
    add("authorization", format!("Bearer {}", word("authorization")));
    add("cookie", format!("session={}", word("cookie")));
    add("user-agent", mail("user-agent"));
    add("baggage", format!("app.customer.tier={}", mail("baggage")));
    add("tracestate", format!("vendor={}", mail("tracestate")));
    add("traceparent", canaries.traceparent());
    request
}
