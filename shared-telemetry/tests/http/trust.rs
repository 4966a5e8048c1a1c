//! What callers may send: a good context is taken over, a bad one costs nothing but itself.

use reqwest::header::HeaderValue;
use shared_telemetry::SpanId;
use shared_telemetry::testing::{SpanKind, recorder};

use crate::answers::trace_of;
use crate::server::{serve, untraced};
use crate::shop;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

#[tokio::test]
async fn a_good_traceparent_is_taken_over() {
    let shop = serve(shop()).await;
    let request = untraced()
        .get(format!("http://{shop}/items/7"))
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    let answer = request.send().await.unwrap();
    assert_eq!(trace_of(&answer).to_string(), TRACE);

    let trace = recorder().trace(trace_of(&answer));
    let span = trace.one("GET /items/{id}", SpanKind::Server);
    assert_eq!(span.parent_id().to_string(), PARENT);
}

#[tokio::test]
async fn a_malformed_context_never_fails_a_request_and_starts_a_new_trace() {
    let shop = serve(shop()).await;
    let good = format!("00-{TRACE}-{PARENT}-01");
    let bad: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"garbage".to_vec(),
        good.replace("00-", "ff-").into_bytes(),
        good.to_uppercase().into_bytes(),
        format!("{good}-extra").into_bytes(),
        good.replace(TRACE, &"0".repeat(32)).into_bytes(),
        good.replace(PARENT, &"0".repeat(16)).into_bytes(),
        good.as_bytes()[..54].to_vec(),
        [good.as_bytes(), b"\xff"].concat(),
        vec![b'0'; 8_000],
    ];
    for value in bad {
        let shown = String::from_utf8_lossy(&value).into_owned();
        let request = untraced()
            .get(format!("http://{shop}/items/7"))
            .header("traceparent", HeaderValue::from_bytes(&value).unwrap())
            .header("tracestate", "===")
            .header("baggage", "=;,=%zz");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{shown:?}");
        assert_ne!(trace_of(&answer).to_string(), TRACE, "{shown:?}");

        let trace = recorder().trace(trace_of(&answer));
        let span = trace.one("GET /items/{id}", SpanKind::Server);
        assert_eq!(span.parent_id(), SpanId::INVALID, "{shown:?}");
    }
}

#[tokio::test]
async fn two_traceparent_headers_are_as_good_as_none() {
    let shop = serve(shop()).await;
    let request = untraced()
        .get(format!("http://{shop}/items/7"))
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    let answer = request.send().await.unwrap();
    assert_ne!(trace_of(&answer).to_string(), TRACE);
}
