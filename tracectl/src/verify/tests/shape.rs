//! Spans of the wrong kind, in the wrong place, or not there.

use super::fixture::order;
use super::{assert_broken, assert_only};
use crate::config::Relation::{Link, Parent};
use crate::trace::Kind;

#[test]
fn a_wrong_kind_names_the_span_and_both_kinds() {
    for (span, kind, check) in [
        ("post", Kind::Internal, "checkout tree"),
        ("business", Kind::Server, "checkout tree"),
        ("fraud", Kind::Client, "checkout tree"),
        ("send", Kind::Internal, "checkout tree"),
        ("process", Kind::Internal, "fulfillment tree"),
        ("call", Kind::Internal, "fulfillment tree"),
        ("reserve", Kind::Server, "fulfillment tree"),
    ] {
        let mut evidence = order(Link);
        evidence.change(span, |span| span.kind = kind);
        assert_broken(
            &evidence,
            check,
            &[span, "has the wrong kind", kind.as_str()],
        );
    }
}

#[test]
fn a_span_in_the_wrong_place_names_both_places() {
    let mut evidence = order(Link);
    evidence.reparent("fraud", Some("post"));
    assert_broken(
        &evidence,
        "checkout tree",
        &[
            "`score_fraud` fraud is in the wrong place",
            "below business",
            "parent post",
        ],
    );
    assert_only(&evidence, &["checkout tree"]);
}

#[test]
fn a_span_that_is_not_made_is_missed() {
    for (span, check) in [("fraud", "checkout tree"), ("reserve", "fulfillment tree")] {
        for relation in [Link, Parent] {
            let mut evidence = order(relation);
            evidence.remove(&[span]);
            assert_broken(&evidence, check, &["there is no span", "no such span"]);
        }
    }
}

#[test]
fn a_checkout_that_is_not_the_root_names_its_parent() {
    let mut evidence = order(Link);
    evidence.reparent("post", Some("outside"));
    assert_broken(
        &evidence,
        "checkout tree",
        &["post is in the wrong place", "the root", "parent outside"],
    );
}

#[test]
fn a_step_on_another_span_names_both() {
    for other in ["get-1", "post", "reserve"] {
        let mut evidence = order(Link);
        evidence.change(other, |span| {
            span.attributes
                .insert("checkout.step".to_owned(), "quoted".into());
        });
        assert_broken(&evidence, "checkout.step", &[other, "business"]);
        assert_only(&evidence, &["checkout.step"]);
    }
}

#[test]
fn a_missing_step_is_missed() {
    let mut evidence = order(Link);
    evidence.change("business", |span| span.attributes.clear());
    assert_broken(&evidence, "checkout.step", &["business", "does not have"]);
}
