//! A checkout that works.

use reqwest::StatusCode;

use crate::shop::{Shop, body, cart, trace_id};

#[tokio::test]
async fn an_order_is_accepted_with_its_totals_its_trace_and_where_to_see_both() {
    let shop = Shop::open().await;
    let response = shop.checkout(&cart()).await;
    let trace_id = trace_id(&response).to_string();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let accepted = body(response, StatusCode::ACCEPTED).await;
    let id = accepted["order_id"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 7);
    assert_eq!(location, format!("/orders/{id}"));
    assert_eq!(accepted["order_url"], location.as_str());
    assert_eq!(accepted["state"], "accepted");
    assert_eq!(accepted["currency"], "EUR");
    assert_eq!(accepted["subtotal_cents"], 5970);
    assert_eq!(accepted["discount_cents"], 1194);
    assert_eq!(accepted["total_cents"], 4776);
    assert_eq!(accepted["trace_id"], trace_id.as_str());
    assert_eq!(
        accepted["trace_url"],
        format!("http://viewer/trace/{trace_id}")
    );
}

#[tokio::test]
async fn what_is_published_is_the_order_keyed_by_its_id_and_nothing_secret() {
    let shop = Shop::open().await;
    let accepted = body(shop.checkout(&cart()).await, StatusCode::ACCEPTED).await;
    let published = shop.published().await;
    assert_eq!(published.len(), 1);
    let record = &published[0];
    assert_eq!(record.key, accepted["order_id"].as_str().unwrap());
    assert_eq!(record.order.order_id, record.key);
    assert_eq!(record.order.total_cents, 4776);
    assert_eq!(
        (&*record.order.customer.id, &*record.order.customer.tier),
        ("c-17", "gold")
    );
    let lines = record.order.lines.iter();
    let lines: Vec<_> = lines
        .map(|line| (line.sku.as_str(), line.quantity, line.total_cents))
        .collect();
    assert_eq!(lines, [("TEAPOT-1", 2, 3984), ("MUG-2", 1, 792)]);
    let everything = format!("{} {:?}", record.raw, record.headers);
    assert!(!everything.contains("canary"), "{everything}");
}

#[tokio::test]
async fn each_line_is_quoted_with_the_coupon_and_the_currency_of_the_cart() {
    let shop = Shop::open().await;
    body(shop.checkout(&cart()).await, StatusCode::ACCEPTED).await;
    let heard = shop.neighbours.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(
        (heard[0].sku.as_str(), heard[0].query["quantity"].as_str()),
        ("MUG-2", "1")
    );
    assert_eq!(
        (heard[1].sku.as_str(), heard[1].query["quantity"].as_str()),
        ("TEAPOT-1", "2")
    );
    for question in heard {
        assert_eq!(question.query["coupon"], "GOLD20");
        assert_eq!(question.query["currency"], "EUR");
    }
}

#[tokio::test]
async fn a_curl_without_a_body_orders_one_line_as_a_guest() {
    let shop = Shop::open().await;
    let response = shop.get("/checkout?sku=TEAPOT-1&quantity=2").await;
    let accepted = body(response, StatusCode::ACCEPTED).await;
    assert_eq!(accepted["total_cents"], 4980);
    let published = shop.published().await;
    let customer = &published[0].order.customer;
    assert_eq!(
        (customer.id.as_str(), customer.tier.as_str()),
        ("guest", "standard")
    );
    assert_eq!(published[0].order.currency, "EUR");
}

#[tokio::test]
async fn an_empty_coupon_is_none() {
    let shop = Shop::open().await;
    let response = shop.get("/checkout?sku=MUG-2&coupon=&currency=USD").await;
    assert_eq!(
        body(response, StatusCode::ACCEPTED).await["discount_cents"],
        0
    );
    let heard = shop.neighbours.heard();
    assert!(!heard[0].query.contains_key("coupon"));
    assert_eq!(heard[0].query["currency"], "USD");
}
