//! Spans that a browser hands over: what is passed on and what is not.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use shared_telemetry::TraceId;
use shared_telemetry::testing::SpanKind;

use crate::shop::{Shop, body, cart};

const ON: [(&str, &str); 2] = [("EDGE_TRUST", "trust"), ("BROWSER_SPANS", "on")];

async fn hand_over(shop: &Shop, batch: &Value) -> Response {
    let url = format!("{}/telemetry/v1/traces", shop.url);
    shop.http.post(url).json(batch).send().await.unwrap()
}

/// The sentence of a refusal, which is no request that is traced.
async fn refusal(answer: Response, status: StatusCode) -> String {
    assert!(!answer.headers().contains_key("traceresponse"));
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem = body(answer, status).await;
    problem["detail"].as_str().unwrap().to_owned()
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn batch(service: &str, spans: Vec<Value>) -> Value {
    let resource = json!({"attributes": [text("service.name", service)]});
    json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})
}

fn span(trace: &str, id: &str, parent: &str, name: &str, kind: u8) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = now.as_nanos().to_string();
    json!({
        "traceId": trace, "spanId": id, "parentSpanId": parent, "name": name, "kind": kind,
        "startTimeUnixNano": at, "endTimeUnixNano": at,
        "attributes": [text("note", "from ada@example.com"), text("coupon", "canary-10")],
    })
}

/// A click, by a trace id of its own for each test.
fn click(trace: &str) -> Value {
    span(trace, "00000000000000a1", "", "place_order", 1)
}

#[tokio::test]
async fn a_browsers_spans_and_the_checkout_they_caused_are_one_tree_without_a_gap() {
    let shop = Shop::open_with(&ON).await;
    let trace = "b0000000000000000000000000000001";
    let request = shop.post(&cart());
    let parent = format!("00-{trace}-00000000000000a2-01");
    let answer = request.header("traceparent", parent).send().await.unwrap();
    body(answer, StatusCode::ACCEPTED).await;
    let call = span(trace, "00000000000000a2", "00000000000000a1", "POST", 3);
    let answer = hand_over(&shop, &batch("storefront", vec![click(trace), call])).await;
    assert_eq!(body(answer, StatusCode::OK).await, json!({}));
    let id = TraceId::from_hex(trace).unwrap();
    let whole = shop.recorder.trace_when(id, |tree| {
        tree.has("place_order") && tree.has("POST /checkout")
    });
    let tree = whole.await;
    let root = tree.one("place_order", SpanKind::Internal);
    let call = tree.one("POST", SpanKind::Client);
    let server = tree.one("POST /checkout", SpanKind::Server);
    tree.assert_child("click to call", root, call);
    tree.assert_child("browser to gateway", call, server);
    // And no secret has come along.
    assert_eq!(root.text("note"), "from [redacted:email]");
    assert!(!format!("{tree:?}").contains("ada@example.com"));
}

#[tokio::test]
async fn nothing_is_taken_where_it_is_switched_off_or_nobody_is_believed() {
    let trace = "b0000000000000000000000000000002";
    let batch = batch("storefront", vec![click(trace)]);
    for settings in [
        vec![],
        vec![("EDGE_TRUST", "trust")],
        vec![("BROWSER_SPANS", "on")],
        vec![
            ("BROWSER_SPANS", "on"),
            ("EDGE_TRUST", "trust_if"),
            ("EDGE_TRUST_PEERS", "10.0.0.0/8"),
        ],
    ] {
        let shop = Shop::open_with(&settings).await;
        let sentence = refusal(hand_over(&shop, &batch).await, StatusCode::NOT_FOUND).await;
        assert!(sentence.contains("BROWSER_SPANS"), "{sentence}");
        let id = TraceId::from_hex(trace).unwrap();
        assert!(shop.recorder.trace(id).is_empty(), "{settings:?}");
    }
}

#[tokio::test]
async fn what_no_page_of_ours_would_send_is_refused_whole() {
    let shop = Shop::open_with(&ON).await;
    let trace = "b0000000000000000000000000000003";
    let good = || click(trace);
    let zero = "0".repeat(32);
    let mut late = good();
    late["endTimeUnixNano"] = json!("1");
    let too_many = vec![good(); 257];
    for (batch, status, accepted) in [
        (
            batch("bank", vec![good()]),
            422,
            "service.name of each Resource must be storefront",
        ),
        (
            batch("storefront", vec![good(), click(&zero)]),
            400,
            "spans[1].traceId must be",
        ),
        (
            batch("storefront", vec![good(), late]),
            400,
            "spans[1].endTimeUnixNano must be",
        ),
        (json!(["what"]), 400, "an object with resourceSpans"),
        (batch("storefront", too_many), 413, "at most"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let sentence = refusal(hand_over(&shop, &batch).await, status).await;
        assert!(sentence.contains(accepted), "{sentence}");
    }
    let id = TraceId::from_hex(trace).unwrap();
    assert!(shop.recorder.trace(id).is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_long_is_refused_before_it_is_read_as_spans() {
    let shop = Shop::open_with(&ON).await;
    let post = |content_type: &'static str, body: String| {
        let request = shop.http.post(format!("{}/telemetry/v1/traces", shop.url));
        request
            .header("content-type", content_type)
            .body(body)
            .send()
    };
    let json = "application/json";
    // What another site's page may send without asking first.
    for content_type in ["text/plain", "application/x-protobuf"] {
        let answer = post(content_type, "{}".to_owned()).await.unwrap();
        refusal(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    }
    for body in ["".to_owned(), "{".to_owned(), "[".repeat(10_000)] {
        let answer = post(json, body).await.unwrap();
        let sentence = refusal(answer, StatusCode::BAD_REQUEST).await;
        assert!(sentence.contains("not JSON"), "{sentence}");
    }
    let answer = post(json, format!("\"{}\"", "x".repeat(64 * 1024)))
        .await
        .unwrap();
    let sentence = refusal(answer, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert!(sentence.contains("64 KiB"), "{sentence}");
}

#[tokio::test]
async fn a_crowd_of_batches_is_asked_to_come_again() {
    let shop = Shop::open_with(&ON).await;
    let mut refused = None;
    // Twenty a second are allowed, and no machine gets so many through in one.
    for _ in 0..2_000 {
        let answer = hand_over(&shop, &batch("storefront", vec![])).await;
        if answer.status() != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let answer = refused.expect("a refusal");
    assert_eq!(answer.headers()["retry-after"], "1");
    let sentence = refusal(answer, StatusCode::TOO_MANY_REQUESTS).await;
    assert!(sentence.contains("20 batches a second"), "{sentence}");
}
