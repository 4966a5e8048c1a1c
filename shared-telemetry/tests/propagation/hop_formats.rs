//! B3 and baggage through a real hop, which reads and writes every format.

use crate::hop::{Sent, callback_for};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// The last field of the `b3` that leaves, after the ids of the hop's own span.
async fn state_after(headers: Sent<'_>) -> String {
    let out = callback_for(headers).await;
    let single = out.one("b3").expect("a span is always there").to_owned();
    let parts: Vec<_> = single.split('-').collect();
    let [_, trace, parent, flags] = out.traceparent();
    assert_eq!(parts[..2], [trace, parent], "one span, whatever the format");
    assert_eq!(out.one("x-b3-traceid"), Some(trace));
    assert_eq!(out.one("x-b3-spanid"), Some(parent));
    let sampled = flags.ends_with(['1', '3']);
    assert_eq!(
        parts[2] != "0",
        sampled,
        "one decision, whatever the format"
    );
    parts[2].to_owned()
}

async fn after_b3(state: &str) -> String {
    let header = format!("{TRACE}-{SPAN}{state}");
    let out = callback_for(&[("b3", &header)]).await;
    assert_eq!(out.trace_id(), TRACE);
    state_after(&[("b3", &header)]).await
}

#[tokio::test]
async fn a_b3_caller_s_decision_is_followed() {
    assert_eq!(after_b3("-0").await, "0");
    assert_eq!(after_b3("-1").await, "1");
}

#[tokio::test]
async fn debug_is_passed_on_in_both_encodings() {
    assert_eq!(after_b3("-d").await, "d");
    let headers = [
        ("X-B3-TraceId", TRACE),
        ("X-B3-SpanId", SPAN),
        ("X-B3-Flags", "1"),
    ];
    let out = callback_for(&headers).await;
    assert_eq!(out.one("x-b3-flags"), Some("1"));
    assert_eq!(out.one("x-b3-sampled"), None);
    assert_eq!(state_after(&headers).await, "d");
}

#[tokio::test]
async fn a_deferred_decision_is_made_here_and_not_taken_for_a_no() {
    assert_eq!(after_b3("").await, "1", "this hop samples everything");
    let headers = [("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN)];
    assert_eq!(state_after(&headers).await, "1");
}

#[tokio::test]
async fn a_deny_without_ids_suppresses_a_new_trace() {
    assert_eq!(state_after(&[("b3", "0")]).await, "0");
    assert_eq!(state_after(&[("X-B3-Sampled", "0")]).await, "0");
    assert_eq!(state_after(&[("b3", "d")]).await, "d");
    assert_eq!(state_after(&[]).await, "1");
}

#[tokio::test]
async fn w3c_wins_when_a_request_carries_both() {
    let w3c = "0af7651916cd43dd8448eb211c80319c";
    let traceparent = format!("00-{w3c}-{SPAN}-00");
    let b3 = format!("{TRACE}-{SPAN}-1");
    for headers in [
        [("traceparent", traceparent.as_str()), ("b3", &b3)],
        [("b3", &b3), ("traceparent", &traceparent)],
    ] {
        let out = callback_for(&headers).await;
        assert_eq!((out.trace_id(), out.flags()), (w3c, "00"));
        assert_eq!(state_after(&headers).await, "0");
    }
}

#[tokio::test]
async fn baggage_leaves_as_it_came_and_brings_no_other_member() {
    let headers = [
        ("baggage", "a=1;p=x%2Cadmin%3Dtrue"),
        ("baggage", "b = 100%25 ,c=%FFx"),
    ];
    let out = callback_for(&headers).await;
    let expected = "a=1;p=x%2Cadmin=true,b=100%25,c=%EF%BF%BDx";
    assert_eq!(out.one("baggage"), Some(expected));
}

#[tokio::test]
async fn a_member_that_is_no_ascii_costs_only_itself() {
    let out = callback_for(&[("baggage", "good=1,bad=é,fine=2")]).await;
    assert_eq!(out.one("baggage"), Some("good=1,fine=2"));
}
