//! Secrets in calls of inventory.

use contracts::inventory::inventory_client::InventoryClient;
use contracts::inventory::{
    CheckAvailabilityRequest, ReleaseStockRequest, ReserveStockRequest, StockLine,
};
use tonic::Request;
use tonic::metadata::MetadataValue;

use crate::canaries::Canaries;

pub(crate) async fn send(address: &str, canaries: &Canaries) {
    let mut client = InventoryClient::connect(format!("http://{address}"))
        .await
        .expect("inventory listens");
    let lines = |place: &str| {
        let skus = [canaries.mail(place), canaries.card(place)];
        skus.map(|sku| StockLine { sku, quantity: 1 }).to_vec()
    };
    for order_id in [canaries.mail("order_id"), canaries.card("order_id")] {
        let reserve = ReserveStockRequest {
            order_id: order_id.clone(),
            lines: lines("ReserveStock"),
            allow_released: false,
        };
        let _ = client.reserve_stock(with_metadata(reserve, canaries)).await;
        let good = StockLine {
            sku: "MUG-2".to_owned(),
            quantity: 1,
        };
        let reserve = ReserveStockRequest {
            order_id: order_id.clone(),
            lines: vec![good],
            allow_released: false,
        };
        let _ = client.reserve_stock(with_metadata(reserve, canaries)).await;
        let release = ReleaseStockRequest { order_id };
        let _ = client.release_stock(with_metadata(release, canaries)).await;
    }
    let check = CheckAvailabilityRequest {
        lines: lines("CheckAvailability"),
    };
    let _ = client
        .check_availability(with_metadata(check, canaries))
        .await;
}

fn with_metadata<T>(message: T, canaries: &Canaries) -> Request<T> {
    let mut request = Request::new(message);
    let mut add = |name: &'static str, value: String| {
        let value = MetadataValue::try_from(value).expect("ASCII");
        request.metadata_mut().insert(name, value);
    };
    let place = "metadata of gRPC";
    add("authorization", format!("Bearer {}", canaries.word(place)));
    add("cookie", format!("session={}", canaries.word(place)));
    add("user-agent", canaries.mail(place));
    add(
        "baggage",
        format!("app.customer.tier={}", canaries.mail(place)),
    );
    add("tracestate", format!("vendor={}", canaries.mail(place)));
    add(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01".to_owned(),
    );
    request
}
