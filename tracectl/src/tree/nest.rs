//! Spans put under their parents, as rows from top to bottom. Any graph of parents is taken:
//! missing ones, cycles, chains of thousands.

use std::collections::{BTreeMap, HashMap};

use crate::trace::{Span, Trace};

/// Deeper rows are not indented further; they say their depth instead.
const MAX_INDENT: usize = 16;

pub(crate) struct Row<'a> {
    /// The branch before the name.
    pub(crate) branch: String,
    /// What stands before the lines that belong to this row.
    pub(crate) under: String,
    pub(crate) node: Node<'a>,
}

pub(crate) enum Node<'a> {
    Span(&'a Span),
    /// A span whose chain of parents leads back to itself.
    InCycle(&'a Span),
    /// A parent that no span of the trace is.
    MissingParent(&'a str),
}

/// Children by the parent's id, in order of start.
type Children<'a> = HashMap<&'a str, Vec<usize>>;

struct Pending<'a> {
    node: Node<'a>,
    /// The span's place in the trace; none for a missing parent.
    index: Option<usize>,
    /// What stands before this row's branch.
    before: String,
    depth: usize,
    last: bool,
}

pub(crate) fn rows(trace: &Trace) -> Vec<Row<'_>> {
    let mut order: Vec<usize> = (0..trace.spans.len()).collect();
    order.sort_by_key(|index| trace.spans[*index].start_unix_nano);
    let ids: HashMap<&str, usize> = trace
        .spans
        .iter()
        .enumerate()
        .map(|(index, span)| (span.span_id.as_str(), index))
        .collect();

    let mut children: Children<'_> = HashMap::new();
    let mut tops = Vec::new();
    let mut missing = BTreeMap::new();
    for index in order.iter().copied() {
        let span = &trace.spans[index];
        match span.parent_span_id.as_deref() {
            None => tops.push((span.start_unix_nano, Node::Span(span), Some(index))),
            Some(parent) => {
                children.entry(parent).or_default().push(index);
                if !ids.contains_key(parent) {
                    missing.entry(parent).or_insert(span.start_unix_nano);
                }
            }
        }
    }
    tops.extend(
        missing
            .into_iter()
            .map(|(id, start)| (start, Node::MissingParent(id), None)),
    );
    tops.sort_by_key(|(start, _, _)| *start);

    let mut walk = Walk {
        trace,
        children,
        printed: vec![false; trace.spans.len()],
        rows: Vec::new(),
    };
    for (_, node, index) in tops {
        walk.from(node, index);
    }
    for index in order {
        if !walk.printed[index] {
            walk.from(Node::InCycle(&trace.spans[index]), Some(index));
        }
    }
    walk.rows
}

struct Walk<'a> {
    trace: &'a Trace,
    children: Children<'a>,
    printed: Vec<bool>,
    rows: Vec<Row<'a>>,
}

impl<'a> Walk<'a> {
    /// Depth first with a stack of its own: a chain of spans may be longer than ours.
    fn from(&mut self, node: Node<'a>, index: Option<usize>) {
        let top = Pending {
            node,
            index,
            before: String::new(),
            depth: 0,
            last: true,
        };
        let mut stack = vec![top];
        while let Some(pending) = stack.pop() {
            if let Some(index) = pending.index
                && std::mem::replace(&mut self.printed[index], true)
            {
                continue;
            }
            let row = row_of(&pending);
            let id = match pending.node {
                Node::Span(span) | Node::InCycle(span) => span.span_id.as_str(),
                Node::MissingParent(id) => id,
            };
            // Taken, so that a repeated span id does not show its children twice.
            let mut below = self.children.remove(id).unwrap_or_default();
            below.retain(|index| !self.printed[*index]);
            for (place, index) in below.iter().copied().enumerate().rev() {
                stack.push(Pending {
                    node: Node::Span(&self.trace.spans[index]),
                    index: Some(index),
                    before: row.under.clone(),
                    depth: pending.depth + 1,
                    last: place + 1 == below.len(),
                });
            }
            let spine = if below.is_empty() { "  " } else { "│ " };
            let under = row.under + spine;
            self.rows.push(Row {
                branch: row.branch,
                under,
                node: pending.node,
            });
        }
    }
}

struct Prefix {
    branch: String,
    under: String,
}

fn row_of(pending: &Pending<'_>) -> Prefix {
    let Pending {
        before,
        depth,
        last,
        ..
    } = pending;
    match *depth {
        0 => Prefix {
            branch: String::new(),
            under: String::new(),
        },
        1..=MAX_INDENT => Prefix {
            branch: format!("{before}{}", if *last { "└─ " } else { "├─ " }),
            under: format!("{before}{}", if *last { "   " } else { "│  " }),
        },
        depth => Prefix {
            branch: format!("{before}({depth}) "),
            under: before.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Spans from (id, parent), each starting after the one before.
    fn trace(spans: impl Iterator<Item = (String, Option<String>)>) -> Trace {
        let span = |(at, (id, parent)): (usize, (String, Option<String>))| {
            json!({"span_id": id, "parent_span_id": parent, "service": "s", "name": id,
                "kind": "internal", "start_unix_nano": at.to_string(), "duration_ns": 1,
                "status": {"code": "unset"}, "flags": 1, "attributes": {}, "events": [], "links": []})
        };
        let spans: Vec<_> = spans.enumerate().map(span).collect();
        serde_json::from_value(
            json!({"trace_id": "t", "start_unix_nano": "0", "duration_ns": 1,
            "spans": spans, "missing_parents": [], "linked_from": [], "truncated": false}),
        )
        .unwrap()
    }

    #[test]
    fn children_stand_below_their_parents_in_order_of_start() {
        let spans = [
            ("a", None),
            ("c", Some("b")),
            ("b", Some("a")),
            ("d", Some("a")),
        ];
        let owned = spans.map(|(id, parent)| (id.to_owned(), parent.map(str::to_owned)));
        let trace = trace(owned.into_iter());
        let lines: Vec<String> = rows(&trace)
            .iter()
            .map(|row| match row.node {
                Node::Span(span) => format!("{}{}", row.branch, span.name),
                _ => "?".to_owned(),
            })
            .collect();
        assert_eq!(lines, ["a", "├─ b", "│  └─ c", "└─ d"]);
    }

    #[test]
    fn a_chain_of_twenty_thousand_is_printed_without_a_mile_of_indent() {
        let id = |at: usize| at.to_string();
        let trace = trace((0..20_000).map(|at| (id(at), at.checked_sub(1).map(id))));
        let rows = rows(&trace);
        assert_eq!(rows.len(), 20_000);
        let last = &rows.last().unwrap().branch;
        assert!(
            last.ends_with("(19999) ") && last.chars().count() < 80,
            "{last:?}"
        );
    }
}
