//! The batch span's link, and the way back from the producer's trace.

use super::fixture::order;
use super::{assert_broken, assert_only};
use crate::config::Relation::Link;

const BATCH: &str = "Kafka batch link";
const BACK: &str = "Kafka back-link";

#[test]
fn a_batch_span_without_the_link_is_named() {
    let mut evidence = order(Link);
    evidence.change("batch", |span| span.links.clear());
    evidence
        .checkout
        .trace
        .as_mut()
        .unwrap()
        .linked_from
        .remove(0);
    assert_broken(
        &evidence,
        BATCH,
        &[
            "`process_batch order.created` batch of trace behind",
            "span send",
            "no link",
        ],
    );
    assert_only(&evidence, &[BATCH]);
}

#[test]
fn a_batch_link_that_the_backend_does_not_list_is_the_backends_fault() {
    let mut evidence = order(Link);
    evidence
        .checkout
        .trace
        .as_mut()
        .unwrap()
        .linked_from
        .remove(0);
    assert_broken(
        &evidence,
        BATCH,
        &[
            "the backend does not list the link of batch",
            "to send",
            "index",
        ],
    );
}

#[test]
fn a_batch_without_a_batch_span_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.remove(&["batch"]);
    evidence
        .checkout
        .trace
        .as_mut()
        .unwrap()
        .linked_from
        .remove(0);
    assert_broken(
        &evidence,
        BATCH,
        &[
            "no CONSUMER span `process_batch order.created`",
            "span send of trace checkout",
        ],
    );
}

#[test]
fn a_link_that_does_not_lead_back_names_both_ends() {
    let mut evidence = order(Link);
    evidence
        .checkout
        .trace
        .as_mut()
        .unwrap()
        .linked_from
        .remove(1);
    assert_broken(
        &evidence,
        BACK,
        &[
            "link of process",
            "trace checkout",
            "process of trace behind in linked_from, to send",
        ],
    );
    assert_only(&evidence, &[BACK]);
}
