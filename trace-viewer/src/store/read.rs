//! What the store tells about its traces: copies cheap enough to take under the lock.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    Limits,
    model::{Log, Span, SpanId, TraceId},
};

use super::{Store, trace::Trace};

/// The spans that a span's links lead to, in their order; none where one is not kept.
pub(crate) type LinkEnds = Vec<Option<Arc<Span>>>;

/// One trace as it is now.
pub(crate) struct Snapshot {
    pub(crate) id: TraceId,
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) services: BTreeSet<Arc<str>>,
    /// By start time; with each, the spans of the store that its links lead to.
    pub(crate) spans: Vec<(Arc<Span>, LinkEnds)>,
    /// A span, and the parent that is not there.
    pub(crate) missing_parents: Vec<(SpanId, SpanId)>,
    /// By start time.
    pub(crate) linked_from: Vec<BackLink>,
    pub(crate) truncated: bool,
}

/// A link from `span` of `trace` to the span `to`.
pub(crate) struct BackLink {
    pub(crate) trace: TraceId,
    pub(crate) span: Arc<Span>,
    pub(crate) to: SpanId,
}

/// One trace in a list.
pub(crate) struct Summary {
    pub(crate) id: TraceId,
    pub(crate) root: Option<Arc<Span>>,
    /// The root, or else the span that started first.
    pub(crate) first: Option<Arc<Span>>,
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) span_count: usize,
    pub(crate) error_count: usize,
    pub(crate) services: BTreeSet<Arc<str>>,
    pub(crate) linked: bool,
    pub(crate) missing_parents: usize,
}

/// How full the store is.
pub(crate) struct Counts {
    pub(crate) traces: usize,
    pub(crate) spans: usize,
    pub(crate) logs: usize,
    pub(crate) bytes: usize,
    pub(crate) limits: Limits,
    pub(crate) evicted_traces: u64,
    pub(crate) refused_spans: u64,
}

impl Store {
    /// None where no span of the trace is known.
    pub(crate) fn trace(&self, id: TraceId) -> Option<Snapshot> {
        let trace = self
            .traces
            .get(&id)
            .filter(|trace| trace.span_count() > 0)?;
        let found = |span: &Arc<Span>| -> LinkEnds {
            let ends = span.links.iter();
            ends.map(|link| self.span((link.trace, link.span)).cloned())
                .collect()
        };
        let mut spans: Vec<_> = trace
            .spans()
            .iter()
            .map(|span| (Arc::clone(span), found(span)))
            .collect();
        spans.sort_by_key(|(span, _)| span.start);
        Some(Snapshot {
            id,
            start: trace.start(),
            duration: trace.duration(),
            services: trace.services().clone(),
            spans,
            missing_parents: trace.missing_parents().collect(),
            linked_from: self.linked_from(id),
            truncated: trace.truncated,
        })
    }

    /// Oldest first; none where neither a span nor a log record of the trace is known.
    pub(crate) fn logs(&self, id: TraceId) -> Option<Vec<Arc<Log>>> {
        let mut logs = self.traces.get(&id)?.logs().to_vec();
        logs.sort_by_key(|log| log.time());
        Some(logs)
    }

    /// Every service with the names of its spans, both in order.
    pub(crate) fn services(&self) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
        let mut services: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for span in self.traces.values().flat_map(Trace::spans) {
            let service = &span.resource.service;
            match services.get_mut(service) {
                Some(operations) if operations.contains(&span.name) => {}
                Some(operations) => {
                    operations.insert(Arc::clone(&span.name));
                }
                None => {
                    let operations = BTreeSet::from([Arc::clone(&span.name)]);
                    services.insert(Arc::clone(service), operations);
                }
            }
        }
        services
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            traces: self.traces.len(),
            spans: self.spans,
            logs: self.logs,
            bytes: self.total_bytes(),
            limits: self.limits,
            evicted_traces: self.evicted_traces,
            refused_spans: self.refused_spans,
        }
    }

    pub(super) fn summary(&self, id: TraceId, trace: &Trace) -> Summary {
        let is_error = |span: &&Arc<Span>| span.status == crate::model::Status::Error;
        let links_out = || {
            let mut links = trace.spans().iter().flat_map(|span| &span.links);
            links.any(|link| link.trace != id)
        };
        let linked_from = || self.back_links.to(id).any(|(from, _)| from != id);
        let root = trace.root().cloned();
        let first = || trace.spans().iter().min_by_key(|span| span.start);
        Summary {
            id,
            first: root.clone().or_else(|| first().cloned()),
            root,
            start: trace.start(),
            duration: trace.duration(),
            span_count: trace.span_count(),
            error_count: trace.spans().iter().filter(is_error).count(),
            services: trace.services().clone(),
            linked: linked_from() || links_out(),
            missing_parents: trace.missing_parents().count(),
        }
    }

    pub(super) fn span(&self, (trace, span): (TraceId, SpanId)) -> Option<&Arc<Span>> {
        self.traces.get(&trace)?.span(span)
    }

    fn linked_from(&self, target: TraceId) -> Vec<BackLink> {
        let sources = self.back_links.to(target);
        let known = sources.filter_map(|from| Some((from.0, self.span(from)?)));
        let mut links: Vec<BackLink> = known
            .flat_map(|(trace, span)| {
                let links = span.links.iter().filter(|link| link.trace == target);
                let targets: BTreeSet<SpanId> = links.map(|link| link.span).collect();
                let back_link = |to| BackLink {
                    trace,
                    span: Arc::clone(span),
                    to,
                };
                targets.into_iter().map(back_link).collect::<Vec<_>>()
            })
            .collect();
        // A batch's span before those of its messages, which it is the parent of.
        links.sort_by_key(|link| link.span.start);
        links
    }
}
