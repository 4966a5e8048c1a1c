//! The trace of a checkout.

use reqwest::StatusCode;
use shared_telemetry::testing::SpanKind;

use crate::shop::{Shop, body, cart, trace_id};

#[tokio::test]
async fn a_checkout_is_one_trace_from_the_request_to_the_queue() {
    let shop = Shop::open().await;
    let response = shop.checkout(&cart()).await;
    let trace = trace_id(&response);
    let accepted = body(response, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"))
        .await;
    let server = tree.one("POST /checkout", SpanKind::Server);
    let checkout = tree.one("business.checkout", SpanKind::Internal);
    let fraud = tree.one("score_fraud", SpanKind::Internal);
    let send = tree.one("send order.created", SpanKind::Producer);
    let quotes = tree.named("GET");
    assert_eq!(quotes.len(), 2, "{tree}");
    tree.assert_child("SERVER to business span", server, checkout);
    tree.assert_child("business span to Kafka", checkout, send);
    tree.assert_child("business span to fraud", checkout, fraud);
    quotes
        .iter()
        .for_each(|quote| tree.assert_child("business span to HTTP", checkout, *quote));
    // That is all, beside the row by which the order is known.
    let row = tree.one("INSERT checkouts", SpanKind::Client);
    tree.assert_child("business span to SQL", checkout, row);
    assert_eq!(tree.len(), 7, "{tree}");

    assert_eq!(
        checkout.text("app.order.id"),
        accepted["order_id"].as_str().unwrap()
    );
    assert_eq!(checkout.text("app.checkout.currency"), "EUR");
    assert_eq!(checkout.text("app.checkout.subtotal_cents"), "5970");
    assert_eq!(checkout.text("app.customer.tier"), "gold");
    assert_eq!(checkout.text("checkout.step"), "publish");
    assert_eq!(
        format!("{checkout:?}").matches("\"checkout.step\"").count(),
        1,
        "{checkout:?}"
    );
    assert_eq!(
        (
            fraud.text("app.fraud.score").as_str(),
            fraud.text("app.fraud.decision").as_str()
        ),
        ("0", "accept")
    );
    for span in tree
        .spans()
        .filter(|span| span.name() != "business.checkout")
    {
        assert!(span.attribute("checkout.step").is_none(), "{span:?}");
    }
}

#[tokio::test]
async fn the_context_goes_on_to_pricing_and_into_the_queue_with_the_tier_as_baggage() {
    let shop = Shop::open().await;
    let response = shop.checkout(&cart()).await;
    let trace = trace_id(&response).to_string();
    body(response, StatusCode::ACCEPTED).await;
    for heard in shop.neighbours.heard() {
        let header = |name: &str| heard.headers[name].to_str().unwrap().to_owned();
        assert!(header("traceparent").contains(&trace));
        assert_eq!(header("baggage"), "app.customer.tier=gold");
    }
    let published = shop.published().await;
    let header = |name: &str| {
        let found = published[0].headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    assert!(header("traceparent").contains(&trace));
    assert_eq!(header("baggage"), "app.customer.tier=gold");
}

#[tokio::test]
async fn a_believed_callers_trace_goes_on_and_its_baggage_is_let_in_by_name_only() {
    let shop = Shop::open_with(&[("EDGE_TRUST", "trust"), ("DEMO_FAULTS", "on")]).await;
    let request = shop.http.get(format!("{}/checkout?sku=MUG-2", shop.url));
    let response = request
        .header(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        .header(
            "baggage",
            "demo.fault=pricing.slow,session=canary,app.customer.tier=gold",
        )
        .send();
    let response = response.await.unwrap();
    assert_eq!(
        trace_id(&response).to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    body(response, StatusCode::ACCEPTED).await;
    let heard = &shop.neighbours.heard()[0];
    let baggage = heard.headers["baggage"].to_str().unwrap();
    assert!(baggage.contains("demo.fault=pricing.slow"), "{baggage}");
    // A guest is a guest, whatever the caller claims.
    assert!(baggage.contains("app.customer.tier=standard"), "{baggage}");
    assert!(!baggage.contains("canary"), "{baggage}");
}

#[tokio::test]
async fn no_email_and_no_payment_token_is_in_any_span() {
    let shop = Shop::open().await;
    let response = shop.checkout(&cart()).await;
    let trace = trace_id(&response);
    body(response, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"))
        .await;
    let everything = format!("{tree:?}");
    assert!(everything.contains("business.checkout") && !everything.contains("canary"));
}
