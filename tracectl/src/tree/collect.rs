//! The trace that was asked for and those around it, link by link.

use std::collections::{HashSet, VecDeque};

use crate::backend::{Backend, Fetched};
use crate::http_client::RequestError;
use crate::trace::{Span, Trace};

/// One batch span may link to hundreds of producers; nobody reads hundreds of trees.
const MAX_LINKED: usize = 20;

#[derive(Debug)]
pub(crate) struct Collected {
    pub(crate) first: Fetched,
    pub(crate) linked: Vec<Linked>,
    /// Linked traces beyond [`MAX_LINKED`].
    pub(crate) left_out: usize,
}

/// A trace that was reached by following a link.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) fetched: Fetched,
    /// The link in words.
    pub(crate) because: Because,
}

/// Which span links to which; two pieces, because two ids and two names seldom fit in a line.
#[derive(Debug)]
pub(crate) struct Because {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Collected {
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Fetched> {
        std::iter::once(&self.first).chain(self.linked.iter().map(|linked| &linked.fetched))
    }

    /// Grows whenever a span or a link arrives.
    pub(crate) fn size(&self) -> usize {
        self.traces()
            .map(|fetched| 1 + fetched.trace.spans.len() + fetched.trace.linked_from.len())
            .sum()
    }
}

/// Breadth first, both directions, each trace once, no further than `depth` links away.
pub(crate) async fn collect(
    backend: &Backend,
    trace_id: &str,
    depth: u8,
) -> Result<Option<Collected>, RequestError> {
    let Some(first) = backend.trace(trace_id).await? else {
        return Ok(None);
    };
    let mut seen = HashSet::from([trace_id.to_owned()]);
    let mut waiting = VecDeque::new();
    let enqueue = |waiting: &mut VecDeque<_>, seen: &mut HashSet<_>, trace: &Trace, depth: u8| {
        for (id, because) in neighbours(trace) {
            if depth > 0 && seen.insert(id.clone()) {
                waiting.push_back((id, because, depth - 1));
            }
        }
    };
    enqueue(&mut waiting, &mut seen, &first.trace, depth);
    let mut linked = Vec::new();
    while linked.len() < MAX_LINKED
        && let Some((id, because, depth)) = waiting.pop_front()
    {
        // A trace may be evicted between the link and the question; its link line stays.
        if let Some(fetched) = backend.trace(&id).await? {
            enqueue(&mut waiting, &mut seen, &fetched.trace, depth);
            linked.push(Linked { fetched, because });
        }
    }
    Ok(Some(Collected {
        first,
        linked,
        left_out: waiting.len(),
    }))
}

/// Traces one link away, and the link.
fn neighbours(trace: &Trace) -> Vec<(String, Because)> {
    let here = &trace.trace_id;
    let mut found = Vec::new();
    for span in &trace.spans {
        for link in span
            .links
            .iter()
            .filter(|link| link.found && link.trace_id != *here)
        {
            let from = format!("{} ({})", span.title(), span.span_id);
            let to = format!("links to span {} of this trace", link.span_id);
            found.push((link.trace_id.clone(), Because { from, to }));
        }
    }
    for back in trace
        .linked_from
        .iter()
        .filter(|back| back.trace_id != *here)
    {
        let kind = back.kind.as_str();
        let from = format!(
            "its {} {kind} `{}` ({})",
            back.service, back.name, back.span_id
        );
        let target = trace
            .span(&back.to_span_id)
            .map(Span::title)
            .unwrap_or_default();
        let to = format!("links to {target} ({})", back.to_span_id);
        found.push((back.trace_id.clone(), Because { from, to }));
    }
    found
}
