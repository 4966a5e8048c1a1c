//! Fraud scores an order where it is asked; where it can't, the gateway does, and no order waits.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::json;
use shared_telemetry::testing::SpanKind;
use tokio::time::Instant;

use crate::fraud_stand_in::{Conduct, Fraud};
use crate::shop::{NOBODY, PATIENCE, Shop, body, cart, problem, trace_id};

/// The local rule refuses it.
const FORTUNE: &str = "/checkout?sku=TEAPOT-1&quantity=1000";

/// The local rule gives 20 and accepts.
const MUG: &str = "/checkout?sku=MUG-2";

/// It has time, so that a busy machine is not taken for a slow fraud.
async fn shop_that_asks(fraud: &Fraud) -> Shop {
    let settings = [
        ("FRAUD_URL", fraud.url.as_str()),
        ("FRAUD_TIMEOUT_MS", "3000"),
    ];
    Shop::open_with(&settings).await
}

#[tokio::test]
async fn fraud_is_asked_under_the_trace_and_hears_nothing_about_a_person() {
    let fraud = Fraud::start(Conduct::scores(37, "accept")).await;
    let shop = shop_that_asks(&fraud).await;
    let response = shop.checkout(&cart()).await;
    let trace = trace_id(&response);
    body(response, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"))
        .await;
    let score = tree.one("score_fraud", SpanKind::Internal);
    let ask = tree.one("POST", SpanKind::Client);
    tree.assert_child("score_fraud to HTTP", score, ask);
    assert_eq!(ask.text("http.response.status_code"), "200");
    assert_eq!(score.text("app.fraud.score"), "37");
    assert_eq!(score.text("app.fraud.decision"), "accept");
    assert!(score.events().is_empty(), "{tree}");
    // One more than without fraud.
    assert_eq!(tree.len(), 8, "{tree}");

    let heard = fraud.heard();
    assert_eq!(heard.len(), 1);
    let question = json!({"tier": "gold", "total_cents": 4776, "largest_quantity": 2});
    assert_eq!(heard[0].body, question);
    let header = |name: &str| heard[0].headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        header("traceparent")[..52],
        format!("00-{trace}-{}", ask.id())
    );
    assert_eq!(header("baggage"), "app.customer.tier=gold");
    let everything = format!("{heard:?}");
    assert!(
        !everything.contains("canary") && !everything.contains("c-17"),
        "{everything}"
    );
}

#[tokio::test]
async fn fraud_has_the_last_word_whatever_the_local_rule_thinks() {
    let fraud = Fraud::start(Conduct::scores(100, "refuse")).await;
    let shop = shop_that_asks(&fraud).await;
    let refused = shop.get(MUG).await;
    let trace = trace_id(&refused);
    let detail = problem(refused, StatusCode::FORBIDDEN).await;
    assert_eq!(detail, "this order cannot be accepted");
    assert!(shop.published().await.is_empty());
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    let checkout = tree.one("business.checkout", SpanKind::Internal);
    assert!(checkout.failed(), "{tree}");
    assert_eq!(checkout.text("checkout.step"), "fraud");
    assert_eq!(
        tree.named("score_fraud")[0].text("app.fraud.decision"),
        "refuse"
    );

    fraud.change(Conduct::scores(0, "accept"));
    body(shop.get(FORTUNE).await, StatusCode::ACCEPTED).await;
}

/// All that a service can say wrong, and how that is called.
fn wrongs() -> Vec<(Conduct, &'static str)> {
    let says = |text: &str| Conduct::Says(StatusCode::OK, text.to_owned());
    let fails = |status| Conduct::Says(status, r#"{"score": 99, "decision": "refuse"}"#.to_owned());
    vec![
        (Conduct::Endless, "answer_too_long"),
        (fails(StatusCode::INTERNAL_SERVER_ERROR), "500"),
        (fails(StatusCode::BAD_REQUEST), "400"),
        (fails(StatusCode::FOUND), "302"),
        (fails(StatusCode::CREATED), "201"),
        (says(""), "answer_invalid"),
        (says("<html>"), "answer_invalid"),
        (says("[]"), "answer_invalid"),
        (says(r#"{"score": 99}"#), "answer_invalid"),
        (
            says(r#"{"score": 99, "decision": "perhaps"}"#),
            "answer_invalid",
        ),
        (
            says(r#"{"score": 101, "decision": "refuse"}"#),
            "answer_invalid",
        ),
        (
            says(r#"{"score": 300, "decision": "refuse"}"#),
            "answer_invalid",
        ),
        (
            says(r#"{"score": -1, "decision": "refuse"}"#),
            "answer_invalid",
        ),
        (
            says(r#"{"score": 99.5, "decision": "refuse"}"#),
            "answer_invalid",
        ),
    ]
}

/// The trace of an accepted mug was scored by the local rule, and says so once.
async fn assert_scored_locally(shop: &Shop, response: Response, kind: &str, what: &str) {
    let trace = trace_id(&response);
    body(response, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    let score = tree.one("score_fraud", SpanKind::Internal);
    let ask = tree.one("POST", SpanKind::Client);
    tree.assert_child("score_fraud to HTTP", score, ask);
    assert_eq!(score.text("app.fraud.score"), "20", "{what}");
    assert_eq!(score.text("app.fraud.decision"), "accept", "{what}");
    assert_eq!(score.events(), ["fraud.fallback"], "{what}");
    let told = score.event_text("fraud.fallback", "error.type");
    assert_eq!(told, kind, "{what}");
    assert!(!score.failed(), "{what}: {tree}");
    // Other neighbours may take three.
    assert!(score.duration() < Duration::from_secs(2), "{what}: {tree}");
    let trace = trace.to_string();
    let mut lines = shop.recorder.log_lines("fraud.fallback");
    lines.retain(|line| line.contains(&trace) && line.contains("\"WARN\""));
    assert_eq!(lines.len(), 1, "{what}: {lines:?}");
}

#[tokio::test]
async fn whatever_fraud_says_wrong_the_local_rule_decides_and_the_trace_says_why() {
    let fraud = Fraud::start(Conduct::Silent).await;
    let shop = shop_that_asks(&fraud).await;
    for (conduct, kind) in wrongs() {
        let what = format!("{conduct:?}");
        fraud.change(conduct);
        let response = shop.get(MUG).await;
        assert_scored_locally(&shop, response, kind, &what).await;
        assert_eq!(fraud.heard().len(), 1, "{what}: asked once");
    }
}

#[tokio::test]
async fn an_order_does_not_wait_for_a_fraud_that_is_slow() {
    let fraud = Fraud::start(Conduct::Silent).await;
    let shop = Shop::open_with(&[("FRAUD_URL", fraud.url.as_str())]).await;
    for conduct in [Conduct::Silent, Conduct::Stalls] {
        let what = format!("{conduct:?}");
        fraud.change(conduct);
        let response = shop.get(MUG).await;
        assert_scored_locally(&shop, response, "timeout", &what).await;
    }
}

#[tokio::test]
async fn without_fraud_at_its_address_the_local_rule_refuses_as_ever_and_the_gateway_is_ready() {
    let nobody = format!("http://{NOBODY}");
    // That nobody listens is heard before it takes too long.
    let settings = [("FRAUD_URL", nobody.as_str()), ("FRAUD_TIMEOUT_MS", "3000")];
    let shop = Shop::open_with(&settings).await;
    let response = shop.get(FORTUNE).await;
    let trace = trace_id(&response);
    problem(response, StatusCode::FORBIDDEN).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    let score = tree.one("score_fraud", SpanKind::Internal);
    assert_eq!(score.event_text("fraud.fallback", "error.type"), "connect");
    assert!(tree.one("POST", SpanKind::Client).failed(), "{tree}");
    let deadline = Instant::now() + PATIENCE;
    while shop.get("/readyz").await.status() != StatusCode::OK {
        assert!(Instant::now() < deadline, "never ready");
    }
}

#[tokio::test]
async fn without_its_address_nobody_is_asked() {
    let shop = Shop::open_with(&[("FRAUD_URL", "")]).await;
    let response = shop.get(MUG).await;
    let trace = trace_id(&response);
    body(response, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /checkout"))
        .await;
    assert!(tree.has("score_fraud") && !tree.has("POST"), "{tree}");
    assert!(tree.named("score_fraud")[0].events().is_empty(), "{tree}");
}
