//! A request that its caller decided against: nothing is recorded, everything is connected.

#[path = "support/server.rs"]
mod server;

use std::net::SocketAddr;
use std::num::ParseIntError;

use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use server::{serve, traced, untraced};
use shared_telemetry::http::ServerLayer;
use shared_telemetry::sql::{Database, Statement};
use shared_telemetry::testing::recorder;
use shared_telemetry::{TraceId, current, error, task};

const PARENT: &str = "00f067aa0ba902b7";

static SELECT: Statement = Statement::new("SELECT", "items", "SELECT 1 FROM items");

/// What a handler sees of itself, and what its callee was sent.
#[derive(serde::Serialize, serde::Deserialize)]
struct Seen {
    trace_id: String,
    span_id: String,
    sampled: bool,
    span_disabled: bool,
    sent_on: String,
}

/// The callee behind the handler: answers with the `traceparent` that it was sent.
async fn callee() -> SocketAddr {
    let echo = |headers: HeaderMap| async move {
        let header = headers.get("traceparent").expect("it was sent");
        tracing::info_span!("callee's own").in_scope(|| ());
        header.to_str().expect("ASCII").to_owned()
    };
    let router = Router::new().route("/echo", get(echo));
    serve(router.layer(ServerLayer::new())).await
}

async fn handler(callee: SocketAddr) -> Json<Seen> {
    let business = tracing::info_span!("business");
    let database = Database::sqlite("shop");
    let rows = database.run(&SELECT, async { Ok(()) });
    rows.await.expect("nothing was asked");
    let spawned = task::spawn(async { tracing::info_span!("spawned").is_disabled() });
    let spawned_disabled = spawned.await.expect("no panic");
    let failed: Result<i64, ParseIntError> = "x".parse();
    error::record(&failed.expect_err("no number"));
    tracing::info!(name: "cache.miss", "not in the cache");
    current::set("app.lines", 2);

    let echo = traced().get(format!("http://{callee}/echo"));
    let answer = traced().send(echo).await.expect("it is up");
    Json(Seen {
        trace_id: current::trace_id()
            .map(|id| id.to_string())
            .unwrap_or_default(),
        span_id: current::span_id()
            .map(|id| id.to_string())
            .unwrap_or_default(),
        sampled: current::is_sampled(),
        span_disabled: business.is_disabled() && spawned_disabled,
        sent_on: answer.text().await.expect("text"),
    })
}

/// Calls the handler with a caller's `traceparent`; gives what it saw and what it answered with.
async fn call(trace_id: &str, flags: &str) -> (Seen, String) {
    let callee = callee().await;
    let router = Router::new().route("/work", get(move || handler(callee)));
    let address = serve(router.layer(ServerLayer::new())).await;
    let request = untraced()
        .get(format!("http://{address}/work"))
        .header("traceparent", format!("00-{trace_id}-{PARENT}-{flags}"));
    let answer = request.send().await.expect("an answer");
    let named = answer.headers()["traceresponse"].to_str().expect("ASCII");
    let named = named.to_owned();
    (answer.json().await.expect("what was seen"), named)
}

#[tokio::test]
async fn an_unsampled_request_is_recorded_neither_here_nor_by_its_callee() {
    let trace_id = "11111111111111111111111111111111";
    let _seen = call(trace_id, "00").await;
    let trace = recorder().trace(TraceId::from_hex(trace_id).unwrap());
    assert!(trace.is_empty(), "{trace}");
}

#[tokio::test]
async fn its_ids_are_there_all_the_same_for_log_lines_and_answers() {
    let trace_id = "22222222222222222222222222222222";
    let (seen, named) = call(trace_id, "00").await;
    assert_eq!(seen.trace_id, trace_id);
    assert_ne!(seen.span_id, PARENT, "a span of its own");
    assert_eq!(seen.span_id.len(), 16);
    assert!(!seen.sampled);
    assert_eq!(named, format!("00-{trace_id}-{}-00", seen.span_id));
}

#[tokio::test]
async fn its_callee_is_told_not_to_record() {
    let trace_id = "33333333333333333333333333333333";
    let (seen, _) = call(trace_id, "00").await;
    let sent_on: Vec<_> = seen.sent_on.split('-').collect();
    assert_eq!(sent_on[1], trace_id);
    assert_eq!(sent_on[3], "00");
}

#[tokio::test]
async fn the_business_spans_inside_are_not_even_made() {
    let (seen, _) = call("44444444444444444444444444444444", "00").await;
    assert!(seen.span_disabled);
}

#[tokio::test]
async fn the_same_request_with_the_sampled_flag_is_recorded_in_full() {
    let trace_id = "55555555555555555555555555555555";
    let (seen, _) = call(trace_id, "01").await;
    assert!(seen.sampled && !seen.span_disabled);
    let trace = recorder().trace(TraceId::from_hex(trace_id).unwrap());
    for name in [
        "GET /work",
        "business",
        "SELECT items",
        "spawned",
        "GET",
        "GET /echo",
        "callee's own",
    ] {
        assert!(trace.has(name), "{name} in\n{trace}");
    }
}
