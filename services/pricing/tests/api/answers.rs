//! What a caller of pricing sees.

use crate::support::{Pricing, problem};
use serde_json::json;

#[tokio::test]
async fn a_quote_says_all_amounts_in_cents() {
    let pricing = Pricing::start().await;
    let quote = pricing
        .json("/quote/TEAPOT-1?quantity=2&coupon=WELCOME10&currency=USD")
        .await;
    let expected = json!({
        "sku": "TEAPOT-1", "name": "Stoneware teapot", "quantity": 2, "currency": "USD",
        "unit_cents": 2690, "subtotal_cents": 5380, "discount_cents": 538, "total_cents": 4842,
        "discount_percent": 10,
    });
    assert_eq!(quote, expected);
    pricing.stop().await;
}

#[tokio::test]
async fn one_in_euro_without_a_discount_is_what_is_quoted_by_default() {
    let pricing = Pricing::start().await;
    for path in ["/quote/MUG-2", "/quote/MUG-2?coupon="] {
        let quote = pricing.json(path).await;
        assert_eq!(
            (&quote["quantity"], &quote["currency"]),
            (&json!(1), &json!("EUR"))
        );
        assert_eq!(
            (&quote["total_cents"], &quote["discount_percent"]),
            (&json!(990), &json!(0))
        );
    }
    pricing.stop().await;
}

#[tokio::test]
async fn a_wrong_wish_is_a_problem_with_one_sentence_and_its_trace() {
    let pricing = Pricing::start().await;
    let cases = [
        (
            "/quote/NOPE",
            404,
            "there is no article NOPE with a price in EUR",
        ),
        (
            "/quote/ada@example.org",
            404,
            "there is no such article: an SKU has 1 to 64 letters",
        ),
        ("/quote/MUG-2?coupon=NOPE", 422, "the coupon is unknown"),
        (
            "/quote/MUG-2?coupon=EXPIRED5",
            422,
            "the coupon has expired",
        ),
        (
            "/quote/MUG-2?currency=GBP",
            422,
            "the currency is not supported: expected EUR or USD",
        ),
        (
            "/quote/MUG-2?quantity=0",
            400,
            "the quantity is not a whole number from 1 to 1000",
        ),
        ("/quote/MUG-2?quantity=-1", 400, "the quantity is not"),
        ("/quote/MUG-2?quantity=1001", 400, "the quantity is not"),
        (
            "/quote/MUG-2?quantity=99999999999999999999",
            400,
            "the quantity is not",
        ),
        ("/quote/MUG-2?quantity=two", 400, "the quantity is not"),
        ("/quote/MUG-2?quantity=", 400, "the quantity is not"),
        ("/quote/MUG-2?quantity=1&quantity=2", 400, "duplicate field"),
        ("/quote/%FF", 400, "Invalid UTF-8"),
        ("/prices", 404, "nothing is served at /prices"),
    ];
    for (path, status, sentence) in cases {
        let detail = problem(pricing.get(path).await, status).await;
        assert!(detail.contains(sentence), "{path}: {detail}");
    }
    pricing.stop().await;
}

#[tokio::test]
async fn a_very_long_wish_is_refused_like_any_other() {
    let pricing = Pricing::start().await;
    let long = "9".repeat(8_000);
    problem(pricing.get(&format!("/quote/{long}")).await, 404).await;
    problem(
        pricing.get(&format!("/quote/MUG-2?quantity={long}")).await,
        400,
    )
    .await;
    problem(
        pricing.get(&format!("/quote/MUG-2?coupon={long}")).await,
        422,
    )
    .await;
    pricing.stop().await;
}

#[tokio::test]
async fn parameters_that_pricing_does_not_know_are_ignored() {
    let pricing = Pricing::start().await;
    let quote = pricing.json("/quote/MUG-2?utm_source=mail").await;
    assert_eq!(quote["total_cents"], 990);
    pricing.stop().await;
}

#[tokio::test]
async fn malformed_propagation_headers_never_fail_a_quote() {
    let pricing = Pricing::start().await;
    for header in ["", "00-zz-yy-01", "ff-00-00-00", "00-0-0-0-0-0"] {
        let request = pricing
            .request("/quote/MUG-2")
            .header("traceparent", header);
        let response = request.header("baggage", "=;=,,").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.headers().contains_key("traceresponse"));
    }
    pricing.stop().await;
}

#[tokio::test]
async fn the_articles_are_listed_with_their_prices_in_each_currency() {
    let pricing = Pricing::start().await;
    let listed = pricing.json("/items").await;
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 9);
    let teapot = items.iter().find(|item| item["sku"] == "TEAPOT-1").unwrap();
    let expected = json!({
        "sku": "TEAPOT-1", "name": "Stoneware teapot", "unit_cents": {"EUR": 2490, "USD": 2690},
    });
    assert_eq!(*teapot, expected);
    pricing.stop().await;
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let pricing = Pricing::start().await;
    assert_eq!(pricing.get("/healthz").await.status(), 200);
    assert_eq!(pricing.get("/readyz").await.status(), 200);
    pricing.stop().await;
}

#[tokio::test]
async fn after_a_stop_the_database_is_one_whole_file() {
    let pricing = Pricing::start().await;
    pricing.json("/quote/MUG-2").await;
    let dir = pricing.stop().await;
    let left = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["pricing.db"]);
}
