//! Finding traces: a scan over the bounded store, newest first, until enough are found.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use crate::model::{Span, Status, TraceId};

use super::{Store, Summary, trace::Trace};

/// What a searcher asks for; an empty part asks nothing. One span must have the service, the
/// operation, the attributes and the status together.
#[derive(Default)]
pub(crate) struct Search {
    pub(crate) service: Option<String>,
    pub(crate) operation: Option<String>,
    /// Keys and values of the span's own attributes or of its resource's.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) status: Option<Status>,
    /// Of the whole trace, in nanoseconds.
    pub(crate) min_duration: u64,
    /// A trace that some span of the wanted trace links to.
    pub(crate) linked_to: Option<TraceId>,
    pub(crate) limit: usize,
}

impl Store {
    /// By start time, newest first.
    pub(crate) fn search(&self, search: &Search) -> Vec<Summary> {
        let mut candidates = self.candidates(search);
        candidates.sort_by_key(|(id, trace)| (Reverse(trace.start()), *id));
        candidates
            .into_iter()
            .filter(|(_, trace)| search.matches(trace))
            .take(search.limit)
            .map(|(id, trace)| self.summary(id, trace))
            .collect()
    }

    fn candidates(&self, search: &Search) -> Vec<(TraceId, &Trace)> {
        let Some(target) = search.linked_to else {
            return self.traces.iter().map(|(id, trace)| (*id, trace)).collect();
        };
        let linking: BTreeSet<TraceId> = self.back_links.to(target).map(|(from, _)| from).collect();
        linking
            .into_iter()
            .filter_map(|id| Some((id, self.traces.get(&id)?)))
            .collect()
    }
}

impl Search {
    /// A trace known by its logs alone has no span to match.
    fn matches(&self, trace: &Trace) -> bool {
        trace.duration() >= self.min_duration
            && self
                .service
                .as_deref()
                .is_none_or(|wanted| trace.services().contains(wanted))
            && trace.spans().iter().any(|span| self.matches_span(span))
    }

    fn matches_span(&self, span: &Arc<Span>) -> bool {
        let is = |wanted: &Option<String>, text: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == text)
        };
        is(&self.service, &span.resource.service)
            && is(&self.operation, &span.name)
            && self.status.is_none_or(|wanted| wanted == span.status)
            && self.attributes.iter().all(|(key, wanted)| {
                let own = span.attributes.get(key);
                let value = own.or_else(|| span.resource.attributes.get(key));
                value.is_some_and(|value| value.matches(wanted))
            })
    }
}
