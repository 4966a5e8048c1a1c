//! Neighbours that are down: the customer is told at once, and nothing is promised.

use std::time::Duration;

use contracts::topics;
use rdkafka::types::RDKafkaRespErr;
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use crate::shop::{NOBODY, PATIENCE, Shop, body, cart, problem, trace_id};

fn retry_after(response: &Response) -> u64 {
    response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn an_unreachable_broker_is_a_503_with_retry_after_and_nothing_is_promised() {
    let settings = [
        ("KAFKA_BROKERS", NOBODY),
        ("KAFKA_DELIVERY_TIMEOUT_MS", "200"),
    ];
    let shop = Shop::open_with(&settings).await;
    let response = shop.get("/checkout?sku=MUG-2").await;
    assert!(retry_after(&response) >= 1);
    assert!(!response.headers().contains_key("location"));
    let trace = trace_id(&response);
    let detail = problem(response, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(detail.starts_with("the order is not accepted"), "{detail}");
    // The trace says where it stopped, and the order is not known to anybody.
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    let checkout = tree.named("business.checkout")[0];
    assert!(
        checkout.failed() && checkout.events().contains(&"exception"),
        "{checkout:?}"
    );
    assert_eq!(checkout.text("checkout.step"), "publish");
    let id = checkout.text("app.order.id");
    problem(
        shop.get(&format!("/orders/{id}")).await,
        StatusCode::NOT_FOUND,
    )
    .await;
}

const REJECTS: &str = "demo.fault=gateway.broker_rejects";

/// The demo's broker, and any other, refuses the topic of the fault.
fn refuse(shop: &Shop) {
    let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    shop.broker.topic_error(topics::REFUSED, refusal).unwrap();
}

#[tokio::test]
async fn a_rejection_by_the_broker_can_be_asked_for_and_is_told_as_what_it_is() {
    let shop = Shop::open_with(&[("DEMO_FAULTS", "on")]).await;
    refuse(&shop);
    let request = shop.post(&cart()).header("idempotency-key", "k");
    let response = request.header("baggage", REJECTS).send().await.unwrap();
    let trace = trace_id(&response);
    assert!(retry_after(&response) >= 1);
    let detail = problem(response, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(detail.starts_with("the order is not accepted"), "{detail}");
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"))
        .await;
    let send = tree.named("send order.created/refused")[0];
    assert!(send.failed(), "{tree}");
    // The broker's word, or what the client remembers of it.
    let word = send.text("error.type");
    assert!(["InvalidTopic", "UnknownTopic"].contains(&&*word), "{word}");
    let checkout = tree.named("business.checkout")[0];
    let fault = checkout.event_text("fault.injected", "app.fault");
    assert_eq!(fault, "gateway.broker_rejects");
    assert!(shop.published().await.is_empty());
    // The fault was asked for once: the retry is a checkout like any other, of the same order.
    let id = checkout.text("app.order.id");
    let retry = body(shop.checkout_as("k", &cart()).await, StatusCode::ACCEPTED).await;
    assert_eq!(retry["order_id"], id);
}

#[tokio::test]
async fn a_fault_that_nobody_listens_for_is_not_even_let_in() {
    for edge in ["restart", "trust"] {
        let shop = Shop::open_with(&[("EDGE_TRUST", edge)]).await;
        refuse(&shop);
        let request = shop.post(&cart());
        let response = request.header("baggage", REJECTS).send().await.unwrap();
        let trace = trace_id(&response);
        body(response, StatusCode::ACCEPTED).await;
        for heard in shop.neighbours.heard() {
            assert_eq!(heard.headers["baggage"], "app.customer.tier=gold");
        }
        let tree = shop
            .recorder
            .trace_when(trace, |tree| tree.has("POST /checkout"));
        let server = tree.await;
        let server = server.named("POST /checkout")[0];
        assert!(server.events().contains(&"baggage.dropped"), "{server:?}");
    }
}

#[tokio::test]
async fn a_broker_that_acknowledges_too_late_is_a_503_and_nothing_is_promised() {
    let shop = Shop::open_with(&[("KAFKA_DELIVERY_TIMEOUT_MS", "4000")]).await;
    body(shop.get("/checkout?sku=MUG-2").await, StatusCode::ACCEPTED).await;
    shop.broker
        .broker_round_trip_time(1, Duration::from_secs(30))
        .unwrap();
    let response = shop.get("/checkout?sku=MUG-2").await;
    assert!(retry_after(&response) >= 1);
    problem(response, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn an_unreachable_pricing_is_a_503_and_a_broken_one_a_502() {
    let address = format!("http://{NOBODY}");
    let shop = Shop::open_with(&[("PRICING_URL", address.as_str())]).await;
    let response = shop.get("/checkout?sku=MUG-2").await;
    assert!(retry_after(&response) >= 1);
    let trace = trace_id(&response);
    let detail = problem(response, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(detail.contains("pricing cannot be reached"), "{detail}");
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    assert_eq!(
        tree.named("business.checkout")[0].text("checkout.step"),
        "quote"
    );
    assert!(!tree.has("score_fraud"), "{tree}");

    let shop = Shop::open().await;
    shop.neighbours
        .break_with(StatusCode::INTERNAL_SERVER_ERROR);
    let response = shop.get("/checkout?sku=MUG-2").await;
    assert!(retry_after(&response) >= 1);
    problem(response, StatusCode::BAD_GATEWAY).await;
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn readiness_is_a_broker_that_answers_and_health_is_not() {
    let shop = Shop::open().await;
    let deadline = Instant::now() + PATIENCE;
    while shop.get("/readyz").await.status() != StatusCode::OK {
        assert!(Instant::now() < deadline, "never ready");
    }
    let shop = Shop::open_with(&[("KAFKA_BROKERS", NOBODY)]).await;
    let response = shop.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.unwrap().contains("broker"));
    assert_eq!(shop.get("/healthz").await.status(), StatusCode::OK);
}
