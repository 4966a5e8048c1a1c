//! The bounded store: traces by id, the order in which they go, and who links to whom.

mod back_links;
mod joined;
mod map;
mod read;
mod search;
mod trace;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Instant,
};

use crate::{
    Limits,
    model::{Log, Pool, Span, TraceId},
};

use back_links::BackLinks;
pub(crate) use joined::Content;
pub(crate) use map::{Place, PlaceKind, ServiceMap, Way};
pub(crate) use read::{BackLink, Snapshot, Summary};
pub(crate) use search::Search;
pub(crate) use trace::Refusal;
use trace::Trace;

/// A sweep of the shared parts below this many bytes is not worth its time.
const SMALLEST_SWEEP: usize = 1024 * 1024;
/// The part of all bytes that one trace may use: a quarter.
const SHARE_OF_TRACE: usize = 4;
/// The part of all bytes that one resource or scope may use.
const SHARE_OF_SHARED: usize = 64;

/// The store as the listeners share it.
pub(crate) struct SharedStore(RwLock<Store>);

impl SharedStore {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(RwLock::new(Store::new(limits)))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedStore")
    }
}

/// Keeps itself within its limits after every span and log record.
pub(crate) struct Store {
    limits: Limits,
    traces: HashMap<TraceId, Trace>,
    /// By the arrival of their last data, oldest first.
    by_age: BTreeMap<u64, TraceId>,
    arrivals: u64,
    back_links: BackLinks,
    pool: Pool,
    /// Of all traces, the shared parts not included.
    bytes: usize,
    spans: usize,
    logs: usize,
    evicted_traces: u64,
    refused_spans: u64,
}

impl Store {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            traces: HashMap::new(),
            by_age: BTreeMap::new(),
            arrivals: 0,
            back_links: BackLinks::default(),
            pool: Pool::new(SMALLEST_SWEEP.min(limits.bytes / 8).max(1)),
            bytes: 0,
            spans: 0,
            logs: 0,
            evicted_traces: 0,
            refused_spans: 0,
        }
    }

    /// Where names, resources and scopes of what comes next are shared.
    pub(crate) fn pool(&mut self) -> &mut Pool {
        &mut self.pool
    }

    /// Keeps a span. One that is there already, as after an exporter's retry, changes nothing.
    pub(crate) fn add_span(&mut self, id: TraceId, span: Span) -> Result<(), Refusal> {
        let added = self.try_add_span(id, span);
        // After a refusal too: what the span shared is in the pool.
        self.enforce_limits();
        added
    }

    fn try_add_span(&mut self, id: TraceId, span: Span) -> Result<(), Refusal> {
        let first = self.traces.get(&id).and_then(|trace| trace.span(span.id));
        // Nobody loses a span because another sender has taken its id.
        if first.is_some_and(|first| Arc::ptr_eq(&first.resource, &span.resource)) {
            return Ok(());
        }
        let bytes = span.bytes();
        self.admit(id, bytes, Trace::span_count)?;
        let span = Arc::new(span);
        self.back_links.add(id, &span);
        self.spans += 1;
        self.touch(id, bytes).push_span(span);
        Ok(())
    }

    /// Keeps a log record beside the spans of its trace, which need not be there yet.
    pub(crate) fn add_log(&mut self, id: TraceId, log: Log) -> Result<(), Refusal> {
        let bytes = log.bytes();
        let admitted = self.admit(id, bytes, Trace::log_count);
        if admitted.is_ok() {
            self.logs += 1;
            self.touch(id, bytes).push_log(Arc::new(log));
        }
        self.enforce_limits();
        admitted
    }

    /// Whether a resource or scope of `bytes` may be shared: none may drive many traces out.
    pub(crate) fn admit_shared(&self, bytes: usize) -> Result<(), Refusal> {
        let limit = self.limits.bytes / SHARE_OF_SHARED;
        if bytes > limit {
            return Err(Refusal::SharedTooLarge(limit));
        }
        Ok(())
    }

    pub(crate) fn count_refused_span(&mut self) {
        self.refused_spans += 1;
    }

    /// Whether one more of `bytes` fits its trace, which is marked as cut short when it does not.
    fn admit(
        &mut self,
        id: TraceId,
        bytes: usize,
        count: fn(&Trace) -> usize,
    ) -> Result<(), Refusal> {
        let trace = self.traces.get_mut(&id);
        let (held, counted) = trace
            .as_ref()
            .map_or((0, 0), |trace| (trace.bytes, count(trace)));
        let refusal = if counted >= self.limits.spans_per_trace {
            Refusal::TooManyInTrace(self.limits.spans_per_trace)
        } else if Trace::EMPTY_BYTES + held + bytes > self.limits.bytes / SHARE_OF_TRACE {
            Refusal::TooManyBytesInTrace(self.limits.bytes / SHARE_OF_TRACE)
        } else {
            return Ok(());
        };
        if let Some(trace) = trace {
            trace.truncated = true;
        }
        Err(refusal)
    }

    /// The trace, now the newest and `bytes` larger.
    fn touch(&mut self, id: TraceId, bytes: usize) -> &mut Trace {
        self.arrivals += 1;
        let trace = self.traces.entry(id).or_default();
        trace.came.get_or_insert_with(Instant::now);
        let grown = if trace.arrival == 0 {
            bytes + Trace::EMPTY_BYTES
        } else {
            bytes
        };
        self.by_age.remove(&trace.arrival);
        self.by_age.insert(self.arrivals, id);
        trace.arrival = self.arrivals;
        trace.bytes += grown;
        self.bytes += grown;
        trace
    }

    /// Also called once the sender's resource is no longer held: only then can it go.
    pub(crate) fn enforce_limits(&mut self) {
        while self.traces.len() > self.limits.traces || self.total_bytes() > self.limits.bytes {
            if self.pool.sweep_is_due() {
                self.pool.sweep();
            } else if let Some((_, oldest)) = self.by_age.pop_first() {
                self.evict(oldest);
            } else {
                self.pool.sweep();
                break;
            }
        }
    }

    fn evict(&mut self, id: TraceId) {
        let Some(trace) = self.traces.remove(&id) else {
            return;
        };
        for span in trace.spans() {
            self.back_links.remove(id, span);
        }
        self.bytes -= trace.bytes;
        self.spans -= trace.span_count();
        self.logs -= trace.log_count();
        self.evicted_traces += 1;
    }

    fn total_bytes(&self) -> usize {
        self.bytes + self.pool.bytes()
    }
}
