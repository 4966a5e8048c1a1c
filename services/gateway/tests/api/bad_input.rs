//! What cannot be ordered: a problem with one sentence and its trace, and nothing is published.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::shop::{Shop, body, cart, problem, trace_id};

/// The cart with one thing changed.
fn cart_with(pointer: &str, value: Value) -> Value {
    let mut cart = cart();
    *cart.pointer_mut(pointer).unwrap() = value;
    cart
}

async fn assert_refused(shop: &Shop, cart: &Value, sentence: &str) {
    let detail = problem(shop.checkout(cart).await, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(
        detail.contains(sentence),
        "{detail:?} does not say {sentence:?}"
    );
    assert!(!detail.contains("canary"), "{detail}");
}

#[tokio::test]
async fn a_cart_that_breaks_a_rule_is_a_422_that_says_which() {
    let shop = Shop::open().await;
    let many: Vec<_> = (0..51)
        .map(|n| json!({"sku": format!("S-{n}"), "quantity": 1}))
        .collect();
    let twice = json!([{"sku": "MUG-2", "quantity": 1}, {"sku": "MUG-2", "quantity": 2}]);
    for (pointer, value, sentence) in [
        ("/lines", json!([]), "the cart is empty"),
        ("/lines", json!(many), "51 lines"),
        ("/lines", twice, "\"MUG-2\" is in the cart more than once"),
        (
            "/lines/0/quantity",
            json!(0),
            "the quantity of \"TEAPOT-1\" is 0",
        ),
        (
            "/lines/0/quantity",
            json!(-1),
            "the quantity of \"TEAPOT-1\" is -1",
        ),
        (
            "/lines/0/quantity",
            json!(1.5),
            "the quantity of \"TEAPOT-1\" is 1.5",
        ),
        ("/lines/0/quantity", json!(u64::MAX), "from 1 to 1000"),
        ("/lines/0/quantity", json!("2"), "quantity"),
        (
            "/lines/1/sku",
            json!("NO-SUCH-1"),
            "there is no article \"NO-SUCH-1\"",
        ),
        (
            "/lines/1/sku",
            json!("../items"),
            "there is no article \"../items\"",
        ),
        (
            "/currency",
            json!("GBP"),
            "the currency \"GBP\" is not supported",
        ),
        ("/coupon", json!("NOPE"), "the coupon \"NOPE\" is unknown"),
        (
            "/customer/tier",
            json!("platinum"),
            "the tier \"platinum\" is unknown",
        ),
        ("/customer/id", json!(""), "customer.id"),
    ] {
        assert_refused(&shop, &cart_with(pointer, value), sentence).await;
    }
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn a_bad_email_or_payment_token_is_refused_without_being_repeated() {
    let shop = Shop::open().await;
    for (pointer, value, sentence) in [
        ("/customer/email", json!("canary"), "customer.email"),
        ("/customer/email", json!(["canary"]), "customer.email"),
        ("/payment_token", json!(""), "payment_token"),
        ("/payment_token", json!({"canary": 1}), "payment_token"),
    ] {
        assert_refused(&shop, &cart_with(pointer, value), sentence).await;
    }
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn a_field_that_is_missing_is_named() {
    let shop = Shop::open().await;
    for field in ["lines", "currency", "customer", "payment_token"] {
        let mut cart = cart();
        cart.as_object_mut().unwrap().remove(field);
        assert_refused(&shop, &cart, field).await;
    }
}

#[tokio::test]
async fn a_curl_with_a_bad_query_is_a_problem_too() {
    let shop = Shop::open().await;
    for (query, sentence) in [
        ("", "the cart is empty"),
        ("?sku=MUG-2&quantity=0", "the quantity of \"MUG-2\" is 0"),
        ("?sku=MUG-2&quantity=-1", "is -1"),
        ("?sku=MUG-2&quantity=99999999999999999999", "from 1 to 1000"),
        ("?sku=MUG-2&quantity=two", "is two"),
        ("?sku=NO-SUCH-1", "\"NO-SUCH-1\""),
        ("?sku=..", "\"..\""),
        ("?sku=MUG-2&currency=eur", "\"eur\""),
        ("?sku=MUG-2&coupon=NOPE", "\"NOPE\""),
    ] {
        let response = shop.get(&format!("/checkout{query}")).await;
        let detail = problem(response, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(
            detail.contains(sentence),
            "{detail:?} does not say {sentence:?}"
        );
    }
    let repeated = shop.get("/checkout?sku=MUG-2&sku=TEAPOT-1").await;
    problem(repeated, StatusCode::BAD_REQUEST).await;
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn a_word_of_the_query_that_is_not_known_is_a_400_that_names_it() {
    let shop = Shop::open().await;
    for word in ["qantity", "fault", "payment_token"] {
        let response = shop
            .get(&format!("/checkout?sku=MUG-2&{word}=canary"))
            .await;
        let detail = problem(response, StatusCode::BAD_REQUEST).await;
        assert!(
            detail.contains(word) && detail.contains("`quantity`"),
            "{detail}"
        );
        assert!(!detail.contains("canary"), "{detail}");
    }
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn a_body_of_another_shape_is_told_what_is_expected_in_the_words_of_the_shop() {
    let shop = Shop::open().await;
    for (cart, expected) in [
        (json!([1, 2]), "expected a list"),
        (json!("cart"), "an object with lines, currency, customer"),
        (cart_with("/lines", json!({})), "lines"),
        (
            cart_with("/lines/0", json!("MUG-2")),
            "an object with sku and quantity",
        ),
        (
            cart_with("/customer", json!(17)),
            "an object with id, tier and email",
        ),
        (cart_with("/currency", json!(null)), "currency"),
    ] {
        let detail = problem(shop.checkout(&cart).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(
            detail.contains(expected),
            "{detail:?} does not say {expected:?}"
        );
        let rust = ["struct", "Body", "enum", "target type", "sequence", "tuple"];
        assert!(!rust.iter().any(|word| detail.contains(word)), "{detail}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_400_of_another_type_a_415_and_too_long_a_413() {
    let shop = Shop::open().await;
    let post = async |content_type: &str, body: String| {
        let request = shop.http.post(format!("{}/checkout", shop.url));
        request
            .header("content-type", content_type)
            .body(body)
            .send()
            .await
            .unwrap()
    };
    let json = "application/json";
    problem(
        post(json, "{\"lines\": [".to_owned()).await,
        StatusCode::BAD_REQUEST,
    )
    .await;
    let refused = post("text/plain", cart().to_string()).await;
    problem(refused, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    let long = cart_with("/payment_token", json!("t".repeat(64 * 1024)));
    problem(
        post(json, long.to_string()).await,
        StatusCode::PAYLOAD_TOO_LARGE,
    )
    .await;
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn an_order_that_looks_like_fraud_is_a_403_that_does_not_say_why() {
    let shop = Shop::open().await;
    let response = shop.get("/checkout?sku=TEAPOT-1&quantity=1000").await;
    let trace = trace_id(&response);
    let detail = problem(response, StatusCode::FORBIDDEN).await;
    assert_eq!(detail, "this order cannot be accepted");
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    let fraud = tree.named("score_fraud")[0];
    assert_eq!(fraud.text("app.fraud.decision"), "refuse");
    assert!(!tree.has("send order.created"), "{tree}");
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn malformed_propagation_headers_never_fail_a_request() {
    let shop = Shop::open().await;
    for (name, value) in [
        ("traceparent", "00-zz-1-01"),
        (
            "traceparent",
            "ff-00000000000000000000000000000000-0000000000000000-01",
        ),
        ("tracestate", ",,=,"),
        ("baggage", "=;=,%%%"),
        ("baggage", "app.customer.tier=%ff%fe"),
    ] {
        let request = shop.http.get(format!("{}/checkout?sku=MUG-2", shop.url));
        let response = request.header(name, value).send().await.unwrap();
        body(response, StatusCode::ACCEPTED).await;
    }
}
