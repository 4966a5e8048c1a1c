//! Who links to a trace: links point backwards in time, so only an index can follow them forwards.

use std::collections::BTreeSet;

use crate::model::{Span, SpanId, TraceId};

/// Ordered by the trace that is linked to, whether or not that trace is in the store.
#[derive(Default)]
pub(super) struct BackLinks(BTreeSet<(TraceId, TraceId, SpanId)>);

impl BackLinks {
    pub(super) fn add(&mut self, from: TraceId, span: &Span) {
        for link in &span.links {
            self.0.insert((link.trace, from, span.id));
        }
    }

    pub(super) fn remove(&mut self, from: TraceId, span: &Span) {
        for link in &span.links {
            self.0.remove(&(link.trace, from, span.id));
        }
    }

    /// The spans that link to `target`, each with its trace.
    pub(super) fn to(&self, target: TraceId) -> impl Iterator<Item = (TraceId, SpanId)> {
        self.0
            .range((target, TraceId::MIN, SpanId::MIN)..)
            .take_while(move |(to, ..)| *to == target)
            .map(|(_, from, span)| (*from, *span))
    }
}
