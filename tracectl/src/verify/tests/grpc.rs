//! The hop from fulfillment to inventory, broken in every way.

use super::fixture::order;
use super::{assert_broken, assert_only, failure};
use crate::config::Relation::Link;

const GRPC: &str = "gRPC fulfillment → inventory";

#[test]
fn a_context_that_inventory_does_not_extract_names_both_halves() {
    let mut evidence = order(Link);
    evidence.lose(&["serve", "reserve", "update"]);
    assert_broken(
        &evidence,
        GRPC,
        &[
            "inventory has no span in trace behind",
            "serve is in trace stray with no parent",
            "parent call (fulfillment CLIENT `inventory.v1.Inventory/ReserveStock`)",
            "gRPC metadata",
        ],
    );
    assert_only(&evidence, &[GRPC, "one trace a side", "fulfillment logs"]);
}

#[test]
fn a_reservation_below_the_wrong_span_names_both_parents() {
    let mut evidence = order(Link);
    evidence.reparent("serve", Some("process"));
    assert_broken(
        &evidence,
        GRPC,
        &["serve", "parent call", "parent process", "injects before"],
    );
}

#[test]
fn a_reservation_that_inventory_does_not_record_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.remove(&["serve", "reserve", "update"]);
    assert_broken(
        &evidence,
        GRPC,
        &[
            "inventory has no span in trace behind",
            "call",
            "no such span",
        ],
    );
}

#[test]
fn a_reservation_asked_for_on_a_bare_task_is_found_in_its_own_trace() {
    let mut evidence = order(Link);
    evidence.lose(&["call", "serve", "reserve", "update"]);
    assert_broken(
        &evidence,
        GRPC,
        &[
            "below process",
            "trace behind",
            "call in trace stray",
            "spawned",
        ],
    );
}

#[test]
fn the_reservations_of_other_orders_in_the_batch_are_their_own() {
    let mut evidence = order(Link);
    let trace = evidence.fulfillment.trace.as_mut().unwrap();
    let others = trace.spans[1..].to_vec();
    for mut span in others {
        span.span_id = format!("other-{}", span.span_id);
        span.parent_span_id = span.parent_span_id.map(|parent| match parent.as_str() {
            "batch" => parent,
            _ => format!("other-{parent}"),
        });
        for link in &mut span.links {
            link.span_id = "other-send".to_owned();
        }
        trace.spans.insert(1, span);
    }
    assert_only(&evidence, &[]);
    evidence.remove(&["serve", "reserve", "update"]);
    let told = failure(&evidence, GRPC).unwrap();
    assert!(
        told.contains("parent call ") && !told.contains("other-"),
        "{told}"
    );
}
