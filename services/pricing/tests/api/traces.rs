//! What pricing's spans tell of a quote.

use crate::support::{Pricing, problem, trace_id, traced};
use shared_telemetry::testing::SpanKind;

const SERVER: &str = "GET /quote/{sku}";

#[tokio::test]
async fn a_quote_with_a_coupon_is_one_tree_below_the_caller() {
    let pricing = Pricing::start().await;
    let id = trace_id(1);
    let request = traced(
        pricing.request("/quote/TEAPOT-1?quantity=2&coupon=WELCOME10"),
        &id,
    );
    let request = request.header("baggage", "app.customer.tier=gold");
    assert_eq!(request.send().await.unwrap().status(), 200);

    let tree = pricing.trace(&id, SERVER, 4).await;
    let server = tree.one(SERVER, SpanKind::Server);
    assert_eq!(server.parent_id().to_string(), "00f067aa0ba902b7");
    assert_eq!(server.text("http.route"), "/quote/{sku}");
    assert_eq!(server.text("app.customer.tier"), "gold");
    assert_eq!(server.events(), ["cache.miss"]);
    assert_eq!(server.event_text("cache.miss", "app.item.sku"), "TEAPOT-1");
    let items = tree.one("SELECT items", SpanKind::Client);
    tree.assert_child("SQL", server, items);
    let promotion = tree.one("apply_promotion", SpanKind::Internal);
    tree.assert_child("business span", server, promotion);
    assert_eq!(promotion.events(), ["discount.applied"]);
    assert_eq!(promotion.event_text("discount.applied", "percent"), "10");
    let promotions = tree.one("SELECT promotions", SpanKind::Client);
    tree.assert_child("SQL", promotion, promotions);
    for span in tree.spans() {
        assert!(span.status_unset(), "successes stay unset: {}", span.name());
    }
    pricing.stop().await;
}

#[tokio::test]
async fn sql_spans_name_the_database_and_never_a_bound_value() {
    let pricing = Pricing::start().await;
    let id = trace_id(2);
    let request = traced(pricing.request("/quote/KETTLE-3?coupon=GOLD20"), &id);
    assert_eq!(request.send().await.unwrap().status(), 200);

    let tree = pricing.trace(&id, SERVER, 4).await;
    let promotions = tree.one("SELECT promotions", SpanKind::Client);
    assert_eq!(promotions.text("db.system.name"), "sqlite");
    assert_eq!(promotions.text("db.namespace"), "pricing");
    assert!(
        promotions
            .text("db.query.text")
            .ends_with("WHERE coupon = $1")
    );
    assert!(
        !format!("{tree:?}").contains("GOLD20"),
        "a coupon is nobody else's business"
    );
    pricing.stop().await;
}

#[tokio::test]
async fn a_price_that_was_asked_for_before_comes_from_the_cache_but_a_promotion_never_does() {
    let pricing = Pricing::start().await;
    pricing.json("/quote/TRAY-7?coupon=GOLD20").await;
    let id = trace_id(3);
    let request = traced(pricing.request("/quote/TRAY-7?coupon=GOLD20"), &id);
    assert_eq!(request.send().await.unwrap().status(), 200);

    let tree = pricing.trace(&id, SERVER, 3).await;
    assert!(!tree.has("SELECT items"), "{tree}");
    assert!(tree.has("SELECT promotions"), "{tree}");
    assert!(tree.one(SERVER, SpanKind::Server).events().is_empty());
    pricing.stop().await;
}

#[tokio::test]
async fn without_a_coupon_there_is_no_promotion_to_apply() {
    let pricing = Pricing::start().await;
    let id = trace_id(4);
    let request = traced(pricing.request("/quote/MUG-2"), &id);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let tree = pricing.trace(&id, SERVER, 2).await;
    assert!(tree.has("SELECT items"), "{tree}");
    pricing.stop().await;
}

#[tokio::test]
async fn a_refused_coupon_fails_the_promotion_and_not_the_server() {
    let pricing = Pricing::start().await;
    let id = trace_id(5);
    let request = traced(pricing.request("/quote/MUG-2?coupon=EXPIRED5"), &id);
    problem(request.send().await.unwrap(), 422).await;

    let tree = pricing.trace(&id, SERVER, 4).await;
    let promotion = tree.one("apply_promotion", SpanKind::Internal);
    assert!(promotion.failed());
    assert_eq!(
        promotion.event_text("exception", "exception.message"),
        "the coupon has expired"
    );
    assert!(
        tree.one(SERVER, SpanKind::Server).status_unset(),
        "422 is the caller's mistake"
    );
    pricing.stop().await;
}

#[tokio::test]
async fn a_broken_database_is_a_503_whose_spans_say_why() {
    let pricing = Pricing::start().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(pricing.database());
    let vandal = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("DROP TABLE items")
        .execute(&vandal)
        .await
        .unwrap();
    let id = trace_id(6);
    let request = traced(pricing.request("/quote/MUG-2"), &id);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(
        problem(response, 503).await,
        "the price database cannot be read"
    );

    let tree = pricing.trace(&id, SERVER, 2).await;
    let server = tree.one(SERVER, SpanKind::Server);
    assert!(server.failed() && tree.one("SELECT items", SpanKind::Client).failed());
    let stack = server.event_text("exception", "exception.stacktrace");
    assert!(stack.contains("no such table"), "{stack}");
    pricing.stop().await;
}
