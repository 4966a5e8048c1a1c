//! Questions about orders and stock.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::shop::{Shop, body, problem};

#[tokio::test]
async fn an_accepted_order_is_known_before_fulfillment_has_heard_of_it() {
    let shop = Shop::open().await;
    let accepted = shop.get("/checkout?sku=MUG-2").await;
    let accepted = body(accepted, StatusCode::ACCEPTED).await;
    let order = shop.get(accepted["order_url"].as_str().unwrap()).await;
    let order = body(order, StatusCode::OK).await;
    assert_eq!(order["order_id"], accepted["order_id"]);
    assert_eq!(order["state"], "accepted");
    assert_eq!(order["checkout_trace_id"], accepted["trace_id"]);
    assert_eq!(order["checkout_trace_url"], accepted["trace_url"]);
    assert_eq!(order["fulfillment_trace_id"], Value::Null);
    assert_eq!(order["fulfillment_trace_url"], Value::Null);
}

#[tokio::test]
async fn a_fulfilled_order_tells_both_traces_and_where_to_see_them() {
    let shop = Shop::open().await;
    let id = uuid::Uuid::now_v7().to_string();
    for state in ["reserved", "out_of_stock", "failed"] {
        let known = json!({
            "order_id": id, "state": state, "checkout_trace_id": "aa", "fulfillment_trace_id": "bb",
        });
        shop.neighbours.fulfill(&id, known);
        let order = body(shop.get(&format!("/orders/{id}")).await, StatusCode::OK).await;
        assert_eq!(order["state"], state);
        assert_eq!(order["checkout_trace_url"], "http://viewer/trace/aa");
        assert_eq!(order["fulfillment_trace_id"], "bb");
        assert_eq!(order["fulfillment_trace_url"], "http://viewer/trace/bb");
    }
}

#[tokio::test]
async fn why_an_order_is_not_reserved_is_told() {
    let shop = Shop::open().await;
    let id = uuid::Uuid::now_v7().to_string();
    let failed = json!({
        "order_id": id, "state": "failed", "reason": "it can never be reserved",
        "checkout_trace_id": "aa", "fulfillment_trace_id": "bb",
    });
    shop.neighbours.fulfill(&id, failed);
    let order = body(shop.get(&format!("/orders/{id}")).await, StatusCode::OK).await;
    assert_eq!(order["reason"], "it can never be reserved");
    assert_eq!(order["note"], Value::Null);
}

#[tokio::test]
async fn while_fulfillment_is_away_an_order_of_ours_is_accepted_and_the_rest_is_left_open() {
    let shop = Shop::open().await;
    let accepted = shop.get("/checkout?sku=MUG-2").await;
    let accepted = body(accepted, StatusCode::ACCEPTED).await;
    shop.neighbours.break_with(StatusCode::SERVICE_UNAVAILABLE);
    let order = shop.get(accepted["order_url"].as_str().unwrap()).await;
    let order = body(order, StatusCode::OK).await;
    assert_eq!(order["state"], "accepted");
    assert_eq!(order["checkout_trace_id"], accepted["trace_id"]);
    let note = order["note"].as_str().unwrap();
    assert!(
        note.contains("fulfillment") && note.contains("may be further"),
        "{note}"
    );
    // What we do not know fulfillment may know: no 404.
    let unknown = shop.get(&format!("/orders/{}", uuid::Uuid::now_v7())).await;
    assert!(unknown.headers().contains_key("retry-after"));
    problem(unknown, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn where_nobody_shows_traces_no_url_is_made_up() {
    let shop = Shop::open_with(&[("TRACE_URL", "")]).await;
    let accepted = shop.get("/checkout?sku=MUG-2").await;
    let accepted = body(accepted, StatusCode::ACCEPTED).await;
    assert!(accepted["trace_id"].is_string());
    assert_eq!(accepted["trace_url"], Value::Null);
    let order = shop.get(accepted["order_url"].as_str().unwrap()).await;
    let order = body(order, StatusCode::OK).await;
    assert_eq!(order["checkout_trace_id"], accepted["trace_id"]);
    assert_eq!(order["checkout_trace_url"], Value::Null);
}

#[tokio::test]
async fn an_unknown_order_is_a_404_whatever_its_id_looks_like() {
    let shop = Shop::open().await;
    let unknown = uuid::Uuid::now_v7().to_string();
    for id in [unknown.as_str(), "17", "..%2Fstock%2FMUG-2"] {
        let response = shop.get(&format!("/orders/{id}")).await;
        let detail = problem(response, StatusCode::NOT_FOUND).await;
        assert!(detail.contains("there is no order"), "{detail}");
    }
}

#[tokio::test]
async fn a_fulfillment_that_is_out_of_order_is_no_unknown_order() {
    let shop = Shop::open().await;
    shop.neighbours
        .break_with(StatusCode::INTERNAL_SERVER_ERROR);
    let response = shop.get(&format!("/orders/{}", uuid::Uuid::now_v7())).await;
    assert!(response.headers().contains_key("retry-after"));
    let detail = problem(response, StatusCode::BAD_GATEWAY).await;
    assert!(detail.contains("fulfillment"), "{detail}");
}

#[tokio::test]
async fn the_stock_of_an_article_is_what_inventory_says() {
    let shop = Shop::open().await;
    let stock = body(shop.get("/stock/MUG-2").await, StatusCode::OK).await;
    assert_eq!(stock, json!({"sku": "MUG-2", "available": 7}));
    for sku in ["NO-SUCH-1", "a%20b"] {
        let detail = problem(
            shop.get(&format!("/stock/{sku}")).await,
            StatusCode::NOT_FOUND,
        )
        .await;
        assert!(detail.contains("there is no article"), "{detail}");
    }
    shop.neighbours.break_with(StatusCode::SERVICE_UNAVAILABLE);
    problem(
        shop.get("/stock/MUG-2").await,
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
}
