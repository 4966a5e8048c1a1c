//! One order, broken in every way: the right check must say so, with both ids.

mod attributes;
mod fixture;
mod grpc;
mod http;
mod kafka;
mod kafka_links;
mod shape;
mod sql;
mod whole;

use super::check::Outcome;
use super::checks;
use super::evidence::Evidence;
use crate::config::Relation;
use fixture::order;

/// What a failed check says, in one string.
fn failure(evidence: &Evidence, name: &str) -> Option<String> {
    let all = checks::all(evidence);
    let check = all.into_iter().find(|check| check.name == name).unwrap();
    match check.outcome {
        Outcome::Failed(f) => Some([f.what, f.expected, f.seen, f.likely_cause].join(" | ")),
        _ => None,
    }
}

/// The check `name` fails and says all of `told`.
#[track_caller]
fn assert_broken(evidence: &Evidence, name: &str, told: &[&str]) {
    let failure = failure(evidence, name).unwrap_or_else(|| panic!("{name} does not fail"));
    for piece in told {
        assert!(
            failure.contains(piece),
            "{name} does not say {piece:?}: {failure}"
        );
    }
}

/// Every check passes but `broken`.
#[track_caller]
fn assert_only(evidence: &Evidence, broken: &[&str]) {
    let all = checks::all(evidence);
    let failed: Vec<_> = all
        .iter()
        .filter(|check| !matches!(check.outcome, Outcome::Passed(_)))
        .map(|check| check.name)
        .collect();
    assert_eq!(failed, broken);
}

#[test]
fn a_whole_order_passes_every_check_in_both_relations() {
    assert_only(&order(Relation::Link), &[]);
    assert_only(&order(Relation::Parent), &[]);
}
