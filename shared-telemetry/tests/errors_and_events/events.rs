//! Named events are span events; all others are log lines alone.

use shared_telemetry::testing::{SpanKind, recorder};

use crate::checkout;
use crate::root::in_root;

#[tokio::test]
async fn a_named_event_becomes_a_span_event_with_its_attributes() {
    let (id, ()) = in_root(async {
        tracing::info!(
            name: "discount.applied",
            percent = 10,
            share = 0.5,
            gold = true,
            coupon = "WELCOME10",
            sku = %"TEAPOT-1",
            huge = u64::MAX,
            "a discount was applied"
        );
    })
    .await;

    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    assert_eq!(root.events(), ["discount.applied"]);
    for (key, value) in [
        ("percent", "10"),
        ("share", "0.5"),
        ("gold", "true"),
        ("coupon", "WELCOME10"),
        ("sku", "TEAPOT-1"),
        ("huge", "18446744073709551615"),
    ] {
        assert_eq!(root.event_text("discount.applied", key), value, "{key}");
    }
    assert_eq!(
        root.event_text("discount.applied", "message"),
        "",
        "the message is for the log line"
    );
}

#[tokio::test]
async fn an_event_without_a_name_is_a_log_line_alone() {
    let (id, ()) = in_root(async {
        tracing::info!(percent = 10, "a discount was applied");
        tracing::error!("and something else went wrong");
    })
    .await;
    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    assert_eq!(root.events(), [""; 0]);
    assert!(root.status_unset(), "a log line is no verdict on the span");
}

#[tokio::test]
async fn a_named_event_in_a_handler_goes_to_the_server_span() {
    let trace = checkout(|| async {
        tracing::info!(name: "cache.miss", sku = "TEAPOT-1", "not in the cache");
    })
    .await;
    let server = trace.one("GET /checkout", SpanKind::Server);
    assert_eq!(server.events(), ["cache.miss"]);
    assert_eq!(server.event_text("cache.miss", "sku"), "TEAPOT-1");
}
