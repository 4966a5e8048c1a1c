//! What fails is red where it failed, and nowhere else; what was not done was not promised.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use serde_json::json;
use system_tests::{Demo, DemoBuilder, Span, cart};

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

/// Orders one piece and waits for the end: its state and the trace behind the queue.
async fn order_one(demo: &Demo, sku: &str) -> (String, String) {
    let answer = demo
        .get("gateway", &format!("/checkout?sku={sku}&quantity=1"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.json);
    let id = answer.json["order_id"].as_str().unwrap();
    let end = demo.order_decided(id).await;
    let text = |key: &str| end[key].as_str().unwrap().to_owned();
    (text("state"), text("fulfillment_trace_id"))
}

#[tokio::test]
async fn of_five_orders_for_the_last_piece_four_fail_and_exactly_four_spans_say_so() {
    let demo = demo().start();
    let (mut reserved, mut failed) = (0, 0);
    for _ in 0..5 {
        let (state, trace_id) = order_one(&demo, "ONE-LEFT-9").await;
        let name = "inventory.v1.Inventory/ReserveStock";
        // The outermost span of each service is its last word.
        let trace = demo
            .trace_when(&trace_id, |trace| {
                let served = !trace.all("inventory", name).is_empty();
                served && trace.has("process_batch order.created")
            })
            .await;
        let reserve = trace.first("inventory", "reserve_inventory");
        let (client, server) = (
            trace.first("fulfillment", name),
            trace.first("inventory", name),
        );
        assert_eq!(
            server.status(),
            "unset",
            "no stock is an answer of the callee"
        );
        if state == "reserved" {
            reserved += 1;
            assert_eq!((reserve.status(), client.status()), ("unset", "unset"));
        } else {
            assert_eq!(state, "out_of_stock");
            failed += 1;
            assert_eq!(reserve.status(), "error");
            let exception = &reserve.event("exception")["attributes"];
            for key in [
                "exception.type",
                "exception.message",
                "exception.stacktrace",
            ] {
                assert!(
                    exception[key].as_str().is_some_and(|text| !text.is_empty()),
                    "{key}"
                );
            }
            assert_eq!(
                client.status(),
                "error",
                "the caller did not get what it asked for"
            );
            assert_eq!(
                client.attribute("rpc.response.status_code"),
                "FAILED_PRECONDITION"
            );
        }
    }
    assert_eq!((reserved, failed), (1, 4));
    let stock = demo.get("gateway", "/stock/ONE-LEFT-9").await;
    assert_eq!(stock.json["available"], 0, "stock never goes below zero");
}

#[tokio::test]
async fn a_checkout_without_pricing_is_a_5xx_whose_trace_shows_the_failed_call() {
    // Nobody listens on port 1.
    let demo = demo().set("gateway.PRICING_URL=http://127.0.0.1:1").start();
    let answer = demo.checkout(&cart(), &[]).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let trace = demo
        .trace_when(&answer.trace_id(), |trace| trace.has("POST /checkout"))
        .await;
    // Two lines, two calls at once: the first to fail ends the other, which can't know why.
    let says_why = |call: &Span<'_>| !call.event("exception").is_null();
    let calls = trace.all("gateway", "GET");
    let call = calls.into_iter().find(says_why).expect("a call says why");
    assert_eq!(call.status(), "error");
    assert_eq!(trace.first("gateway", "POST /checkout").status(), "error");
    assert!(
        !trace.has("send order.created"),
        "nothing was promised: {}",
        trace.names()
    );
}

#[tokio::test]
async fn a_checkout_without_a_broker_is_a_503_and_promises_nothing() {
    let demo = demo()
        .set("gateway.KAFKA_BROKERS=127.0.0.1:1")
        .set("gateway.KAFKA_DELIVERY_TIMEOUT_MS=1000")
        .start_without_waiting();
    demo.up("gateway").await;
    demo.up("pricing").await;
    let answer = demo.checkout(&cart(), &[]).await;
    assert_eq!(answer.status, 503, "{}", answer.json);
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.json["order_id"].is_null());
    let trace = demo
        .trace_when(&answer.trace_id(), |trace| trace.has("POST /checkout"))
        .await;
    assert_eq!(
        trace.first("gateway", "send order.created").status(),
        "error"
    );
}

#[tokio::test]
async fn bad_input_is_refused_with_one_sentence_and_a_trace_and_changes_nothing() {
    let demo = demo().start();
    let before = demo.get("gateway", "/stock/TEAPOT-1").await.json;
    let with = |key: &str, value: serde_json::Value| {
        let mut cart = cart();
        cart[key] = value;
        cart
    };
    for (body, status) in [
        (with("lines", json!([])), 422),
        (
            with("lines", json!([{"sku": "TEAPOT-1", "quantity": 0}])),
            422,
        ),
        (
            with("lines", json!([{"sku": "TEAPOT-1", "quantity": -1}])),
            422,
        ),
        (
            with(
                "lines",
                json!([{"sku": "TEAPOT-1", "quantity": 4_000_000_000_u64}]),
            ),
            422,
        ),
        (
            with("lines", json!([{"sku": "NO-SUCH", "quantity": 1}])),
            422,
        ),
        (with("currency", json!("XXX")), 422),
        (with("coupon", json!("NO-SUCH")), 422),
        (with("payment_token", json!("x".repeat(70_000))), 413),
    ] {
        let answer = demo.checkout(&body, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.json);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json["trace_id"], answer.trace_id());
        assert!(
            answer.json["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty())
        );
    }
    // Whatever was wrongly accepted would be taken before this one.
    demo.order().await;
    let after = demo.get("gateway", "/stock/TEAPOT-1").await.json;
    let left = |stock: &serde_json::Value| stock["available"].as_i64().unwrap();
    assert_eq!(
        left(&before) - left(&after),
        2,
        "only the good order took stock"
    );
}

#[tokio::test]
async fn propagation_headers_that_make_no_sense_never_fail_a_request() {
    let demo = demo().start();
    let long = "k=v,".repeat(2_000);
    for headers in [
        [("traceparent", "00-not-a-header"), ("tracestate", "===")],
        [("traceparent", ""), ("baggage", ";;;=,%ZZ")],
        [
            (
                "traceparent",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ),
            ("baggage", &long),
        ],
    ] {
        let answer = demo.checkout(&cart(), &headers).await;
        assert_eq!(answer.status, 202, "{headers:?}: {}", answer.json);
        assert_ne!(answer.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}

#[tokio::test]
async fn a_caller_that_is_traced_finds_the_checkout_in_its_own_trace() {
    let demo = demo().start();
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = demo.checkout(&cart(), &[("traceparent", header)]).await;
    assert_eq!(answer.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    let trace = demo
        .trace_when(&answer.trace_id(), |trace| trace.has("POST /checkout"))
        .await;
    assert_eq!(
        trace.first("gateway", "POST /checkout").parent_id(),
        "00f067aa0ba902b7"
    );
}
