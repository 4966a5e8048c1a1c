//! What a stranger's context may do at the gateway, through the real binary.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use system_tests::{Demo, DemoBuilder, Trace, cart};

const OUTSIDE: (&str, &str) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

fn traceparent(flags: &str) -> String {
    format!("00-{}-{}-{flags}", OUTSIDE.0, OUTSIDE.1)
}

async fn checkout(demo: &Demo, headers: &[(&str, &str)]) -> (String, Trace) {
    let answer = demo.checkout(&cart(), headers).await;
    assert_eq!(answer.status, 202, "{}", answer.json);
    let id = answer.trace_id();
    let trace = demo
        .trace_when(&id, |trace| trace.has("POST /checkout"))
        .await;
    (id, trace)
}

#[tokio::test]
async fn by_default_a_stranger_starts_a_new_trace_that_links_to_his_own() {
    // An empty value is an unset one: the demo's own choice is undone.
    let demo = demo().set("gateway.EDGE_TRUST=").start();
    // Believed, this would have every later sampler keep the trace.
    let forced = ("tracestate", "ot=rv:ffffffffffffff");
    let (id, trace) = checkout(&demo, &[("traceparent", &traceparent("01")), forced]).await;
    assert_ne!(id, OUTSIDE.0);
    let server = trace.first("gateway", "POST /checkout");
    assert_eq!(server.trace_state(), "");
    assert_eq!(server.parent_id(), "");
    assert_eq!(server.links(), [OUTSIDE]);
}

#[tokio::test]
async fn a_stranger_cannot_switch_recording_on_or_off() {
    let demo = demo()
        .set("gateway.EDGE_TRUST=restart")
        .set("gateway.OTEL_TRACES_SAMPLER=parentbased_always_off")
        .start();
    for headers in [
        [
            ("traceparent", traceparent("01")),
            ("x-trace-debug", "1".to_owned()),
        ],
        [
            ("b3", format!("{}-{}-d", OUTSIDE.0, OUTSIDE.1)),
            ("x-trace-debug", "1".to_owned()),
        ],
    ] {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = demo.checkout(&cart(), &headers).await;
        let header = answer.headers["traceresponse"].to_str().unwrap().to_owned();
        assert!(
            header.ends_with(['0', '2']),
            "recorded by a stranger's wish: {header}"
        );
    }
}

#[tokio::test]
async fn a_caller_with_the_secret_is_believed_and_one_without_is_not() {
    let demo = demo()
        .set("gateway.EDGE_TRUST=trust_if")
        .set("gateway.EDGE_TRUST_HEADER=x-trace-proof")
        .set("gateway.EDGE_TRUST_SECRET=s3cret")
        .start();
    let header = traceparent("01");
    let (id, _) = checkout(
        &demo,
        &[("traceparent", &header), ("x-trace-proof", "s3cret")],
    )
    .await;
    assert_eq!(id, OUTSIDE.0);
    let (id, trace) = checkout(
        &demo,
        &[("traceparent", &header), ("x-trace-proof", "guess")],
    )
    .await;
    assert_ne!(id, OUTSIDE.0);
    assert!(!format!("{}{}", trace.json, demo.output()).contains("s3cret"));
}

#[tokio::test]
async fn a_listed_peer_is_believed() {
    let demo = demo()
        .set("gateway.EDGE_TRUST=trust_if")
        .set("gateway.EDGE_TRUST_PEERS=127.0.0.0/8")
        .start();
    let (id, _) = checkout(&demo, &[("traceparent", &traceparent("01"))]).await;
    assert_eq!(id, OUTSIDE.0);
}

#[tokio::test]
async fn baggage_that_is_not_listed_or_too_long_stays_outside_and_is_counted() {
    let demo = demo().start();
    let long = format!("demo.fault={}", "x".repeat(300));
    let baggage = format!("user.email=ada@example.com,{long},other=1");
    let (_, trace) = checkout(&demo, &[("baggage", &baggage)]).await;
    let event = trace
        .first("gateway", "POST /checkout")
        .event("baggage.dropped")
        .clone();
    assert_eq!(event["attributes"]["baggage.dropped.count"], 3, "{event}");
    assert!(!format!("{}{}", trace.json, demo.output()).contains("ada@example.com"));
}

#[tokio::test]
async fn a_believed_caller_may_have_a_request_recorded_and_not_more_than_allowed() {
    let demo = demo()
        .set("gateway.OTEL_TRACES_SAMPLER=parentbased_always_off")
        .set("gateway.EDGE_DEBUG_PER_SECOND=2")
        .start();
    let mut recorded = 0;
    let started = std::time::Instant::now();
    for _ in 0..20 {
        let answer = demo.checkout(&cart(), &[("x-trace-debug", "1")]).await;
        let header = answer.headers["traceresponse"].to_str().unwrap().to_owned();
        recorded += u64::from(header.ends_with(['1', '3']));
    }
    let allowed = 2 + 2 * (started.elapsed().as_secs() + 1);
    assert!(
        (2..=allowed).contains(&recorded),
        "{recorded} of 20, allowed {allowed}"
    );
}
