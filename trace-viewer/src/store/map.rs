//! Which service calls which: counted from the spans that are kept.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::model::{Kind, Span, SpanId, Status, TraceId};

use super::{Store, trace::Trace};

const NANOS_PER_SECOND: f64 = 1e9;

#[derive(Default)]
pub(crate) struct ServiceMap {
    pub(crate) services: BTreeMap<Arc<str>, Tally>,
    pub(crate) edges: BTreeMap<Edge, Tally>,
    /// From the first trace's start to the last one's.
    pub(crate) seconds: f64,
    /// Messages counted already: a batch's span and a message's own both link to the producer.
    taken: HashSet<(TraceId, SpanId, Arc<str>)>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: Arc<str>,
    pub(crate) to: Arc<str>,
    /// Over a queue.
    pub(crate) asynchronous: bool,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) errors: u64,
}

impl Tally {
    fn add(&mut self, span: &Span) {
        self.count += 1;
        self.errors += u64::from(span.status == Status::Error);
    }
}

impl Store {
    /// One look at every span.
    pub(crate) fn map(&self) -> ServiceMap {
        let mut map = ServiceMap::default();
        for (id, trace) in &self.traces {
            for span in trace.spans() {
                let tally = map.services.entry(Arc::clone(&span.resource.service));
                tally.or_default().add(span);
                self.count_edges(&mut map, *id, trace, span);
            }
        }
        let starts = self.traces.values().filter(|trace| trace.span_count() > 0);
        let starts: Vec<u64> = starts.map(Trace::start).collect();
        let first = starts.iter().min().copied().unwrap_or_default();
        let last = starts.iter().max().copied().unwrap_or_default();
        map.seconds = (last - first) as f64 / NANOS_PER_SECOND;
        map
    }

    fn count_edges(&self, map: &mut ServiceMap, id: TraceId, trace: &Trace, span: &Span) {
        let parent = span.parent.and_then(|parent| trace.span(parent));
        if let Some(parent) = parent {
            let asynchronous = parent.kind == Kind::Producer || span.kind == Kind::Consumer;
            if asynchronous {
                map.take((id, parent.id), parent, span);
            } else if parent.resource.service != span.resource.service {
                map.add(parent, span, false);
            }
        }
        if span.kind == Kind::Consumer {
            for link in &span.links {
                let producer = (link.trace, link.span);
                if let Some(from) = self.span(producer) {
                    map.take(producer, from, span);
                }
            }
        }
    }
}

impl ServiceMap {
    fn take(&mut self, message: (TraceId, SpanId), from: &Span, to: &Span) {
        let by = Arc::clone(&to.resource.service);
        // Within a service, a consumer's spans are each other's parents: no message is between them.
        let sent = from.kind == Kind::Producer || from.resource.service != by;
        if sent && self.taken.insert((message.0, message.1, by)) {
            self.add(from, to, true);
        }
    }

    fn add(&mut self, from: &Span, to: &Span, asynchronous: bool) {
        let edge = Edge {
            from: Arc::clone(&from.resource.service),
            to: Arc::clone(&to.resource.service),
            asynchronous,
        };
        self.edges.entry(edge).or_default().add(to);
    }
}
