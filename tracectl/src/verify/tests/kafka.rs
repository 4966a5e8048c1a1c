//! The queue: links, parents, and the way back.

use super::fixture::{link, order};
use super::{assert_broken, assert_only};
use crate::config::Relation::{Link, Parent};

const KAFKA: &str = "Kafka gateway → fulfillment";
const BACK: &str = "Kafka back-link";

#[test]
fn a_message_without_context_is_processed_without_a_link() {
    let mut evidence = order(Link);
    evidence.change("process", |span| span.links.clear());
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "`process order.created` process of trace behind does not link",
            "a link to span send (gateway PRODUCER `send order.created`) of trace checkout",
            "no link",
            "record's headers",
        ],
    );
    assert_only(&evidence, &[KAFKA, BACK]);
}

#[test]
fn a_link_to_another_span_of_the_gateway_names_both() {
    let mut evidence = order(Link);
    evidence.change("process", |span| {
        span.links = vec![link("checkout", "business")]
    });
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "link to span send",
            "a link to span business of trace checkout",
            "injects before",
        ],
    );
}

#[test]
fn a_parent_where_a_link_belongs_is_told_with_the_way_out() {
    let mut evidence = order(Parent);
    evidence.relation = Link;
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "process is in the producer's trace checkout",
            "parent send",
            "--relation parent",
        ],
    );
}

#[test]
fn a_link_where_a_parent_was_asked_for_is_told_with_the_way_out() {
    let mut evidence = order(Link);
    evidence.relation = Parent;
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "process is not the producer's child",
            "parent send",
            "parent batch in trace behind",
            "relation `link`",
        ],
    );
}

#[test]
fn a_lost_context_in_relation_parent_names_both_ids() {
    let mut evidence = order(Link);
    evidence.relation = Parent;
    evidence
        .reparent("process", None)
        .change("process", |span| span.links.clear());
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "process is not",
            "parent send",
            "trace checkout",
            "no parent in trace behind",
            "OTEL_PROPAGATORS",
        ],
    );
}

#[test]
fn relation_parent_needs_the_link_too() {
    let mut evidence = order(Parent);
    evidence.change("process", |span| span.links.clear());
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "process of trace checkout does not link",
            "link to span send",
        ],
    );
}

#[test]
fn a_message_that_nobody_processed_is_told_as_such() {
    let mut evidence = order(Link);
    evidence.remove(&["process"]);
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "no CONSUMER span `process order.created` in trace behind",
            "span send",
            "trace checkout",
        ],
    );
}

#[test]
fn a_process_span_of_an_order_that_never_got_through_is_found_by_search() {
    let mut evidence = order(Link);
    evidence.order.state = None;
    evidence.order.fulfillment_trace_id = None;
    let mut stray = evidence.fulfillment.trace.take().unwrap();
    stray.trace_id = "stray".to_owned();
    evidence.strays.push(stray);
    evidence.change("process", |span| span.links.clear());
    assert_broken(
        &evidence,
        KAFKA,
        &["process of trace stray does not link", "span send"],
    );
}

#[test]
fn a_message_sent_on_a_bare_task_is_found_in_its_own_trace() {
    let mut evidence = order(Link);
    evidence.lose(&["send"]);
    assert_broken(
        &evidence,
        KAFKA,
        &[
            "no PRODUCER span `send order.created` in trace checkout",
            "send in trace stray",
            "spawned",
        ],
    );
}

#[test]
fn a_message_sent_past_the_boundary_is_missed() {
    let mut evidence = order(Link);
    evidence.remove(&["send"]);
    assert_broken(
        &evidence,
        KAFKA,
        &["no PRODUCER span", "past the Kafka boundary"],
    );
}
