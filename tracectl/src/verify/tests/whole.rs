//! The order, its traces as wholes, and their logs.

use super::fixture::order;
use super::{assert_broken, assert_only};
use crate::config::Relation::Link;
use crate::trace::MissingParent;
use crate::verify::check::Outcome;
use crate::verify::checks;

#[test]
fn an_order_that_is_not_reserved_in_time_tells_its_state() {
    let mut evidence = order(Link);
    evidence.order.state = Some("accepted".to_owned());
    assert_broken(&evidence, "order", &["order-1 is accepted after 1.0 s"]);
    evidence.order.state = None;
    assert_broken(&evidence, "order", &["order-1 is unknown to the gateway"]);
}

#[test]
fn an_order_stored_with_another_trace_names_both() {
    let mut evidence = order(Link);
    evidence.order.checkout_trace_id = Some("behind".to_owned());
    assert_broken(
        &evidence,
        "stored trace id",
        &["checkout trace checkout", "checkout trace behind"],
    );
    assert_only(&evidence, &["stored trace id"]);
}

#[test]
fn without_a_trace_nothing_else_is_blamed() {
    let mut evidence = order(Link);
    evidence.checkout.trace = None;
    assert_broken(
        &evidence,
        "checkout trace",
        &["trace checkout is not in the backend"],
    );
    let checks = checks::all(&evidence);
    let failed = checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::Failed(_)));
    assert_eq!(
        failed.map(|check| check.name).collect::<Vec<_>>(),
        ["checkout trace"]
    );
}

#[test]
fn a_missing_fulfillment_trace_is_told_with_its_id() {
    let mut evidence = order(Link);
    evidence.fulfillment.trace = None;
    assert_broken(
        &evidence,
        "fulfillment trace",
        &["trace behind is not in the backend"],
    );
}

#[test]
fn an_orphan_names_itself_and_its_missing_parent() {
    let mut evidence = order(Link);
    let trace = evidence.fulfillment.trace.as_mut().unwrap();
    let orphan = MissingParent {
        span_id: "update".to_owned(),
        parent_span_id: "gone".to_owned(),
    };
    trace.missing_parents.push(orphan);
    assert_broken(
        &evidence,
        "no orphan",
        &["update", "span gone in trace behind"],
    );
    assert_only(&evidence, &["no orphan"]);
}

#[test]
fn a_service_of_the_other_side_is_named() {
    let mut evidence = order(Link);
    evidence.change("reserve", |span| span.service = "pricing".to_owned());
    assert_broken(
        &evidence,
        "one trace a side",
        &["trace behind", "fulfillment, inventory, pricing"],
    );
}

#[test]
fn a_span_that_is_not_sampled_is_named() {
    let mut evidence = order(Link);
    evidence.change("quote-2", |span| span.flags = Some(0x102));
    assert_broken(&evidence, "sampled", &["quote-2", "the flag is not set"]);
    assert_only(&evidence, &["sampled"]);
}

#[test]
fn a_trace_that_the_backend_cut_is_not_whole() {
    let mut evidence = order(Link);
    evidence.checkout.trace.as_mut().unwrap().truncated = true;
    assert_broken(&evidence, "sampled", &["trace checkout", "truncated"]);
}

#[test]
fn a_service_without_a_log_line_is_named_with_its_trace() {
    for (service, check, trace) in [
        ("gateway", "checkout logs", "checkout"),
        ("pricing", "checkout logs", "checkout"),
        ("fulfillment", "fulfillment logs", "behind"),
        ("inventory", "fulfillment logs", "behind"),
    ] {
        let mut evidence = order(Link);
        for side in [&mut evidence.checkout, &mut evidence.fulfillment] {
            side.logs
                .as_mut()
                .unwrap()
                .retain(|log| log.service != service);
        }
        let told = format!("{service} has no log line under trace {trace}");
        assert_broken(&evidence, check, &[&told]);
        assert_only(&evidence, &[check]);
    }
}

#[test]
fn a_log_line_of_an_unknown_span_names_it() {
    let mut evidence = order(Link);
    evidence.checkout.logs.as_mut().unwrap()[0].span_id = "gone".to_owned();
    assert_broken(
        &evidence,
        "checkout logs",
        &["gateway", "span_id gone", "trace checkout"],
    );
    evidence.checkout.logs.as_mut().unwrap()[0].span_id.clear();
    assert_broken(&evidence, "checkout logs", &["span_id none"]);
}

#[test]
fn a_trace_without_spans_of_who_began_it_is_half_a_trace_and_names_who_did_not_follow() {
    let mut evidence = order(Link);
    let trace = evidence.checkout.trace.as_mut().unwrap();
    trace.spans.retain(|span| span.service == "pricing");
    assert_broken(
        &evidence,
        "sampled",
        &[
            "trace checkout is half a trace: pricing recorded it",
            "parentbased_",
        ],
    );
    let mut evidence = order(Link);
    let trace = evidence.fulfillment.trace.as_mut().unwrap();
    trace.spans.retain(|span| span.service == "inventory");
    assert_broken(
        &evidence,
        "sampled",
        &["trace behind is half a trace: inventory"],
    );
}
