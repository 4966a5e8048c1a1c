//! What callers may decide against the rules, and who.

use std::time::Instant;

use axum::http::HeaderName;

use crate::{DEBUG, PROOF, call, gateway};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// A caller whose trace is not recorded, and one whose is.
const QUIET: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
const LOUD: &str = "00-1234567890abcdef1234567890abcdef-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_believed_caller_that_does_not_record_is_obeyed_on_an_always_route() {
    let gateway = gateway(0).await;
    let headers = [(TRACEPARENT, QUIET), (PROOF, "s3cret")];
    let outcome = call(gateway, "POST", "/checkout", &headers).await;
    assert!(!outcome.is_whole_or_none());
    assert!(QUIET.contains(&outcome.trace_id));
}

#[tokio::test]
async fn a_stranger_that_does_not_record_is_not_obeyed_and_the_rule_stands() {
    let gateway = gateway(0).await;
    let headers = [(TRACEPARENT, QUIET)];
    let outcome = call(gateway, "POST", "/checkout", &headers).await;
    assert!(outcome.is_whole_or_none());
    assert!(!QUIET.contains(&outcome.trace_id));
}

#[tokio::test]
async fn a_stranger_that_records_or_sends_the_debug_header_records_nothing_here() {
    let gateway = gateway(100).await;
    for headers in [
        vec![(TRACEPARENT, LOUD)],
        vec![(DEBUG, "1")],
        vec![(DEBUG, "1"), (PROOF, "guess")],
    ] {
        let outcome = call(gateway, "GET", "/else", &headers).await;
        assert!(!outcome.is_whole_or_none(), "{headers:?}");
    }
}

#[tokio::test]
async fn the_debug_header_of_a_believed_caller_records_the_whole_trace_on_a_never_route() {
    let gateway = gateway(100).await;
    for path in ["/healthz", "/else"] {
        let headers = [(DEBUG, "1"), (PROOF, "s3cret")];
        let outcome = call(gateway, "GET", path, &headers).await;
        assert!(outcome.is_whole_or_none(), "{path}");
    }
}

#[tokio::test]
async fn the_debug_header_records_no_more_than_is_allowed() {
    let gateway = gateway(2).await;
    let started = Instant::now();
    let mut kept = 0;
    for _ in 0..30 {
        let headers = [(DEBUG, "1"), (PROOF, "s3cret")];
        let outcome = call(gateway, "GET", "/else", &headers).await;
        kept += usize::from(outcome.is_whole_or_none());
    }
    let most = 2.0 + 2.0 * started.elapsed().as_secs_f64();
    assert!(kept >= 2, "{kept}");
    assert!(f64::from(kept as u32) <= most, "{kept} of at most {most}");
}

#[tokio::test]
async fn a_caller_that_records_anyway_takes_nothing_from_the_allowance() {
    let gateway = gateway(1).await;
    for _ in 0..10 {
        let headers = [(TRACEPARENT, LOUD), (DEBUG, "1"), (PROOF, "s3cret")];
        let outcome = call(gateway, "GET", "/else", &headers).await;
        assert!(outcome.sampled);
    }
    let headers = [(DEBUG, "1"), (PROOF, "s3cret")];
    let outcome = call(gateway, "GET", "/else", &headers).await;
    assert!(outcome.is_whole_or_none());
}
