//! Whole traces for a file: one, or those that its links join, from the first cause to the last
//! effect.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use crate::model::{Log, Span, SpanId, TraceId};

use super::{Store, trace::Trace};

/// As many as the page draws joined.
const MOST_JOINED: usize = 40;

/// What is kept of some traces: of each the spans by start, then of each the logs by time.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) spans: Vec<(TraceId, Arc<Span>)>,
    pub(crate) logs: Vec<(TraceId, Arc<Log>)>,
}

impl Content {
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.logs.is_empty()
    }

    /// That span and its logs alone.
    pub(crate) fn of_span(mut self, id: SpanId) -> Self {
        self.spans.retain(|(_, span)| span.id == id);
        self.logs.retain(|(_, log)| log.span == Some(id));
        self
    }
}

impl Store {
    /// Empty where nothing of the trace is kept.
    pub(crate) fn content(&self, id: TraceId) -> Content {
        self.content_of(&BTreeSet::from([id]))
    }

    /// The same with the traces that it came from and those that took its messages, over any
    /// number of queues. Other orders of a shared batch are left out: they are neither.
    pub(crate) fn joined_content(&self, id: TraceId) -> Content {
        let mut joined = BTreeSet::from([id]);
        self.follow(id, &mut joined, |trace| self.causes(trace));
        self.follow(id, &mut joined, |trace| self.effects(trace));
        self.content_of(&joined)
    }

    fn content_of(&self, ids: &BTreeSet<TraceId>) -> Content {
        let kept = ids
            .iter()
            .filter_map(|id| Some((*id, self.traces.get(id)?)));
        let mut kept: Vec<(TraceId, &Trace)> = kept.collect();
        kept.sort_by_key(|(_, trace)| trace.start());
        let mut content = Content::default();
        for (id, trace) in kept {
            let mut spans = trace.spans().to_vec();
            spans.sort_by_key(|span| span.start);
            content
                .spans
                .extend(spans.into_iter().map(|span| (id, span)));
            let mut logs = trace.logs().to_vec();
            logs.sort_by_key(|log| log.time());
            content.logs.extend(logs.into_iter().map(|log| (id, log)));
        }
        content
    }

    fn follow<I: IntoIterator<Item = TraceId>>(
        &self,
        from: TraceId,
        joined: &mut BTreeSet<TraceId>,
        next: impl Fn(TraceId) -> I,
    ) {
        let mut queue = VecDeque::from([from]);
        while let Some(trace) = queue.pop_front() {
            for other in next(trace) {
                if joined.len() < MOST_JOINED
                    && self.traces.contains_key(&other)
                    && joined.insert(other)
                {
                    queue.push_back(other);
                }
            }
        }
    }

    /// The traces that this one's spans link to.
    fn causes(&self, id: TraceId) -> BTreeSet<TraceId> {
        let spans = self.traces.get(&id).into_iter().flat_map(Trace::spans);
        let links = spans.flat_map(|span| &span.links);
        links.map(|link| link.trace).collect()
    }

    /// The traces whose spans link to this one.
    fn effects(&self, id: TraceId) -> BTreeSet<TraceId> {
        self.back_links.to(id).map(|(from, _)| from).collect()
    }
}
