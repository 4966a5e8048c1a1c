//! Customers who hang up before they are answered.

use std::time::Duration;

use reqwest::StatusCode;
use shared_telemetry::task;
use shared_telemetry::testing::SpanKind;
use tokio::time::{Instant, timeout};

use crate::shop::{PATIENCE, Shop, body, cart, trace_id};

/// Nobody else's in this program: the recorder is the process's.
const CALLER: &str = "0af7651916cd43dd8448eb211c80319e";

#[tokio::test]
async fn a_checkout_goes_on_under_its_trace_when_the_customer_hangs_up() {
    let shop = Shop::open_with(&[("EDGE_TRUST", "trust")]).await;
    shop.neighbours.silence_pricing(true);
    let request = shop.post(&cart()).header("idempotency-key", "k");
    let request = request.header("traceparent", format!("00-{CALLER}-b7ad6b7169203331-01"));
    let customer = task::spawn(request.send());
    shop.neighbours.asked(2).await;
    customer.abort();
    let trace = shared_telemetry::TraceId::from_hex(CALLER).unwrap();
    // The gateway has noticed before pricing answers.
    let hung_up = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"));
    assert!(
        hung_up
            .await
            .one("POST /checkout", SpanKind::Server)
            .failed()
    );
    shop.neighbours.silence_pricing(false);

    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("business.checkout"));
    let tree = tree.await;
    let server = tree.one("POST /checkout", SpanKind::Server);
    assert_eq!(server.text("error.type"), "cancelled");
    let business = tree.one("business.checkout", SpanKind::Internal);
    tree.assert_child("SERVER to business span", server, business);
    let send = tree.one("send order.created", SpanKind::Producer);
    tree.assert_child("business span to Kafka", business, send);
    assert!(business.status_unset() && send.status_unset(), "{tree}");
    let published = shop.published().await;
    assert_eq!(published.len(), 1);

    // Who comes again hears of the order that was made.
    let again = shop.checkout_as("k", &cart()).await;
    assert_ne!(trace_id(&again), trace);
    let again = body(again, StatusCode::ACCEPTED).await;
    assert_eq!(again["order_id"], published[0].key.as_str());
    assert_eq!(again["trace_id"], CALLER);
}

#[tokio::test]
async fn a_gateway_that_stops_finishes_what_customers_who_hung_up_have_begun() {
    let mut shop = Shop::open().await;
    shop.neighbours.silence_pricing(true);
    let mark = shop.recorder.mark();
    let customer = task::spawn(shop.post(&cart()).send());
    shop.neighbours.asked(2).await;
    customer.abort();
    let deadline = Instant::now() + PATIENCE;
    while !shop.recorder.since(mark).has("POST /checkout") {
        assert!(Instant::now() < deadline, "the hang-up is not noticed");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    shop.stop();
    // The price may not come too late: the gateway waits three seconds for it.
    let early = timeout(Duration::from_millis(200), shop.stopped()).await;
    assert!(early.is_err(), "it has ended and left the checkout undone");
    shop.neighbours.silence_pricing(false);
    shop.stopped().await;
    assert_eq!(shop.published().await.len(), 1);
    let mut database = shop.database().await;
    let count = sqlx::query_as("SELECT count(*) FROM checkouts WHERE stage = 'accepted'");
    let row: (i64,) = count.fetch_one(&mut database).await.unwrap();
    assert_eq!(row.0, 1, "the database was closed before");
}
