//! A click in a browser is the root of the order's trace, through the real demo.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use system_tests::{Demo, DemoBuilder, cart};

const TRACE: &str = "c11c4000000000000000000000000001";
const CLICK: &str = "c11c400000000001";
const CALL: &str = "c11c400000000002";

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

fn nanos() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_nanos().to_string()
}

/// What the storefront's page sends after a click that began then.
fn batch(began: &str) -> Value {
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let span = |id: &str, parent: &str, name: &str, kind: u8| {
        json!({
            "traceId": TRACE, "spanId": id, "parentSpanId": parent, "name": name, "kind": kind,
            "flags": 3, "startTimeUnixNano": began, "endTimeUnixNano": nanos(),
            "attributes": [text("url.full", "http://127.0.0.1/checkout?coupon=WELCOME10")],
        })
    };
    let spans = [
        span(CLICK, "", "place_order", 1),
        span(CALL, CLICK, "POST", 3),
    ];
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "storefront")]},
        "scopeSpans": [{"spans": spans}],
    }]})
}

async fn hand_over(demo: &Demo, batch: &Value) -> reqwest::Response {
    let url = format!("{}/telemetry/v1/traces", demo.url("gateway"));
    let request = reqwest::Client::new().post(url).json(batch);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_click_is_the_root_of_the_orders_trace_and_nothing_is_missing() {
    let demo = demo().start();
    let facts = demo.get("gateway", "/storefront.json").await;
    assert_eq!(facts.json["telemetry"], true);
    assert_eq!(facts.json["viewer_url"], demo.url("viewer"));
    let began = nanos();
    let parent = format!("00-{TRACE}-{CALL}-03");
    let answer = demo.checkout(&cart(), &[("traceparent", &parent)]).await;
    assert_eq!(answer.status, 202, "{}", answer.json);
    assert_eq!(answer.trace_id(), TRACE);
    assert_eq!(hand_over(&demo, &batch(&began)).await.status(), 200);

    let trace = demo
        .trace_when(TRACE, |trace| {
            let ends = ["place_order", "POST /checkout", "SELECT items"];
            ends.iter().all(|name| trace.has(name)) && trace.orphans() == 0
        })
        .await;
    let root = trace.first("storefront", "place_order");
    assert_eq!(root.parent_id(), "");
    assert_eq!(trace.first("storefront", "POST").parent_id(), CLICK);
    assert_eq!(trace.first("gateway", "POST /checkout").parent_id(), CALL);
    let roots = trace.spans().filter(|span| span.parent_id().is_empty());
    assert_eq!(roots.count(), 1, "{}", trace.json);
    assert_eq!(trace.orphans(), 0, "{}", trace.names());
    // A coupon is a secret of the shop, in a page's spans too.
    assert!(!trace.json.to_string().contains("WELCOME10"));
}

#[tokio::test]
async fn the_viewer_lets_the_storefront_read_and_nobody_else() {
    let demo = demo().start();
    let port = demo.url("gateway").rsplit_once(':').unwrap().1.to_owned();
    let url = format!("{}/api/traces", demo.url("viewer"));
    for (origin, may) in [
        (format!("http://127.0.0.1:{port}"), true),
        (format!("http://localhost:{port}"), true),
        ("http://127.0.0.1:1".to_owned(), false),
    ] {
        let request = reqwest::Client::new().get(&url).header("origin", &origin);
        let answer = request.send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.is_some_and(|given| given == origin.as_str()), may);
    }
}

#[tokio::test]
async fn where_no_trace_of_a_stranger_is_gone_on_with_no_span_of_one_is_taken() {
    let demo = demo().set("gateway.EDGE_TRUST=restart").start();
    let facts = demo.get("gateway", "/storefront.json").await;
    assert_eq!(facts.json["telemetry"], false);
    assert_eq!(hand_over(&demo, &batch(&nanos())).await.status(), 404);
}
