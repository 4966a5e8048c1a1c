//! Statements that are not where their request is.

use super::fixture::order;
use super::{assert_broken, assert_only};
use crate::config::Relation::Link;

/// Check, statement, the span that it belongs below, its trace.
const STATEMENTS: [(&str, &str, &str, &str); 3] = [
    ("SQL pricing", "select-1", "quote-1", "checkout"),
    ("SQL inventory", "update", "serve", "behind"),
    ("SQL fulfillment", "insert", "process", "behind"),
];

#[test]
fn a_statement_on_a_thread_without_context_is_found_in_its_own_trace() {
    for (check, statement, entry, trace) in STATEMENTS {
        let mut evidence = order(Link);
        evidence.lose(&[statement]);
        let (found, belongs) = (format!("{statement} is outside"), format!("below {entry}"));
        let in_trace = format!("in trace {trace}");
        assert_broken(
            &evidence,
            check,
            &[
                &found,
                "trace stray",
                "no parent",
                &belongs,
                &in_trace,
                "thread",
            ],
        );
        assert_only(&evidence, &[check]);
    }
}

#[test]
fn a_statement_beside_its_request_names_both_places() {
    for (check, statement, entry, _) in STATEMENTS {
        let mut evidence = order(Link);
        let outside = if check == "SQL pricing" {
            "business"
        } else {
            "batch"
        };
        evidence.reparent(statement, Some(outside));
        let (seen, belongs) = (
            format!("{statement} with parent {outside}"),
            format!("below {entry}"),
        );
        assert_broken(&evidence, check, &[&seen, &belongs]);
        assert_only(&evidence, &[check]);
    }
}

#[test]
fn a_statement_that_is_not_traced_is_missed() {
    for (check, statement, entry, trace) in STATEMENTS {
        let mut evidence = order(Link);
        evidence.remove(&[statement]);
        let below = format!("no statement below {entry}");
        let in_trace = format!("in trace {trace}");
        assert_broken(
            &evidence,
            check,
            &[&below, &in_trace, "past the SQL boundary"],
        );
    }
}

#[test]
fn a_statement_whose_parent_was_never_exported_is_named() {
    let mut evidence = order(Link);
    evidence.reparent("select-2", Some("gone"));
    assert_broken(
        &evidence,
        "SQL pricing",
        &["select-2 with parent gone, which no span"],
    );
}
