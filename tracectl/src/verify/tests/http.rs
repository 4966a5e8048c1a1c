//! The hops from gateway to pricing and to fraud, broken in every way.

use super::fixture::{order, scored_order};
use super::{assert_broken, assert_only};
use crate::config::Relation::Link;

const HTTP: &str = "HTTP gateway → pricing";

#[test]
fn a_context_that_pricing_does_not_extract_names_both_halves() {
    let mut evidence = order(Link);
    evidence
        .lose(&["quote-1", "select-1"])
        .lose(&["quote-2", "select-2"]);
    assert_broken(
        &evidence,
        HTTP,
        &[
            "pricing has no span in trace checkout; its SERVER span `GET /quote/{sku}` quote-1 is in trace stray with no parent",
            "parent get-1 (gateway CLIENT `GET`)",
            "quote-1 is the root of another trace",
            "OTEL_PROPAGATORS",
        ],
    );
    // The statements are where their request is: that hop is whole.
    assert_only(&evidence, &[HTTP, "one trace a side", "checkout logs"]);
}

#[test]
fn a_parent_of_another_trace_is_named() {
    let mut evidence = order(Link);
    evidence
        .lose(&["quote-1", "select-1"])
        .reparent("quote-1", Some("get-1"));
    assert_broken(
        &evidence,
        HTTP,
        &[
            "quote-1 is in trace stray with parent get-1, which is not there",
            "trace checkout",
        ],
    );
}

#[test]
fn an_injection_before_the_client_span_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.reparent("quote-1", Some("business"));
    assert_broken(
        &evidence,
        HTTP,
        &[
            "`GET /quote/{sku}` quote-1 has the wrong parent in trace checkout",
            "parent get-1 (gateway CLIENT `GET`)",
            "parent business (gateway INTERNAL `business.checkout`)",
            "injects before the CLIENT span is started",
        ],
    );
    assert_only(&evidence, &[HTTP]);
}

#[test]
fn a_parent_beside_the_call_is_no_parent() {
    let mut evidence = order(Link);
    evidence.reparent("quote-1", Some("fraud"));
    assert_broken(
        &evidence,
        HTTP,
        &["parent fraud", "quote-1", "get-1", "not that of the call"],
    );
}

#[test]
fn a_span_in_between_that_was_never_exported_is_named() {
    let mut evidence = order(Link);
    evidence.reparent("quote-1", Some("proxy"));
    assert_broken(
        &evidence,
        HTTP,
        &[
            "quote-1",
            "get-1",
            "parent proxy, which no span of the trace is",
        ],
    );
}

#[test]
fn a_server_that_forgets_the_parent_id_is_a_second_root() {
    let mut evidence = order(Link);
    evidence.reparent("quote-2", None);
    assert_broken(
        &evidence,
        HTTP,
        &["quote-2", "get-2", "a second root of the same trace"],
    );
}

#[test]
fn two_calls_with_one_context_are_told_from_a_retry() {
    let mut evidence = order(Link);
    evidence.reparent("quote-2", Some("get-1"));
    assert_broken(
        &evidence,
        HTTP,
        &[
            "2 SERVER spans `GET /quote/{sku}` of pricing have the same parent",
            "parent get-2 (gateway CLIENT `GET`) for one of them",
            "quote-1, quote-2 all with parent get-1",
            "shared context",
        ],
    );
}

#[test]
fn two_servers_below_one_call_are_one_too_many() {
    let mut evidence = order(Link);
    let trace = evidence.checkout.trace.as_mut().unwrap();
    let mut again = trace.span("quote-1").unwrap().clone();
    again.span_id = "quote-1-again".to_owned();
    trace.spans.push(again);
    assert_broken(
        &evidence,
        HTTP,
        &[
            "one SERVER child of get-1",
            "quote-1, quote-1-again",
            "retry",
        ],
    );
}

#[test]
fn a_pricing_that_is_silent_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.remove(&["quote-1", "select-1", "quote-2", "select-2"]);
    assert_broken(
        &evidence,
        HTTP,
        &[
            "pricing has no span in trace checkout",
            "get-1",
            "server layer is missing",
        ],
    );
}

#[test]
fn a_healthy_request_of_another_trace_is_not_taken_for_the_lost_one() {
    let mut evidence = order(Link);
    evidence.remove(&["quote-1", "select-1"]);
    let mut other = order(Link).checkout.trace.unwrap();
    other.trace_id = "other".to_owned();
    evidence.strays.push(other);
    assert_broken(&evidence, HTTP, &["get-1", "nor a lost one"]);
}

#[test]
fn a_call_on_a_bare_task_is_found_in_its_own_trace() {
    let mut evidence = order(Link);
    evidence.lose(&["get-1", "quote-1", "select-1"]);
    assert_broken(
        &evidence,
        HTTP,
        &[
            "below business",
            "trace checkout",
            "CLIENT span get-1 in trace stray",
            "spawned",
        ],
    );
}

#[test]
fn a_client_that_is_not_traced_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.remove(&["get-1"]);
    assert_broken(
        &evidence,
        HTTP,
        &[
            "gateway has 1 of 2 CLIENT spans `GET` below business",
            "not traced",
        ],
    );
}

const FRAUD: &str = "HTTP gateway → fraud";

#[test]
fn an_order_that_fraud_scores_passes_every_check() {
    assert_only(&scored_order(), &[]);
}

#[test]
fn a_context_that_fraud_does_not_extract_names_both_halves() {
    let mut evidence = scored_order();
    evidence.lose(&["score"]);
    assert_broken(
        &evidence,
        FRAUD,
        &["score", "parent ask (gateway CLIENT `POST`)", "trace stray"],
    );
}
