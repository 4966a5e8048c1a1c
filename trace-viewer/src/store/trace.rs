//! One trace as the store holds it: its spans by id, its logs, and what they cost.

use std::{
    collections::{BTreeSet, HashMap},
    mem::size_of,
    sync::Arc,
    time::Instant,
};

use crate::model::{Log, Span, SpanId, TraceId};

/// Why a span or a log record is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("its trace_id is not 16 bytes, or all zero")]
    TraceId,
    #[error("its span_id is not 8 bytes, or all zero")]
    SpanId,
    #[error("its parent_span_id is neither empty nor 8 bytes")]
    ParentSpanId,
    #[error("its resource or scope is larger than the {0} bytes that one may have")]
    SharedTooLarge(usize),
    #[error("its trace has {0} already, the most that one trace may have")]
    TooManyInTrace(usize),
    #[error("its trace would use more than the {0} bytes that one trace may have")]
    TooManyBytesInTrace(usize),
}

#[derive(Default)]
pub(crate) struct Trace {
    spans: Vec<Arc<Span>>,
    by_id: HashMap<SpanId, usize>,
    logs: Vec<Arc<Log>>,
    services: BTreeSet<Arc<str>>,
    /// Earliest start and latest end.
    extent: Option<(u64, u64)>,
    /// When its first data arrived, by this machine's clock.
    pub(super) came: Option<Instant>,
    /// The number of its last arrival; zero before the first.
    pub(super) arrival: u64,
    pub(super) bytes: usize,
    /// Whether something was refused because the trace is too large.
    pub(super) truncated: bool,
}

impl Trace {
    /// What a trace costs before its first span, index entries included.
    pub(super) const EMPTY_BYTES: usize = 2 * size_of::<Self>() + 2 * size_of::<(u64, TraceId)>();

    pub(super) fn push_span(&mut self, span: Arc<Span>) {
        let (start, end) = self.extent.unwrap_or((span.start, span.end));
        self.extent = Some((start.min(span.start), end.max(span.end)));
        self.by_id.entry(span.id).or_insert(self.spans.len());
        self.services.insert(Arc::clone(&span.resource.service));
        self.spans.push(span);
    }

    pub(super) fn push_log(&mut self, log: Arc<Log>) {
        self.logs.push(log);
    }

    pub(super) fn span(&self, id: SpanId) -> Option<&Arc<Span>> {
        let index = self.by_id.get(&id)?;
        self.spans.get(*index)
    }

    pub(super) fn spans(&self) -> &[Arc<Span>] {
        &self.spans
    }

    pub(super) fn logs(&self) -> &[Arc<Log>] {
        &self.logs
    }

    pub(super) fn span_count(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn log_count(&self) -> usize {
        self.logs.len()
    }

    pub(super) fn services(&self) -> &BTreeSet<Arc<str>> {
        &self.services
    }

    /// The earliest start; zero without spans.
    pub(super) fn start(&self) -> u64 {
        self.extent.map_or(0, |(start, _)| start)
    }

    /// Nanoseconds from the earliest start to the latest end; zero where every end is before.
    pub(super) fn duration(&self) -> u64 {
        self.extent
            .map_or(0, |(start, end)| end.saturating_sub(start))
    }

    /// The earliest span without a parent.
    pub(super) fn root(&self) -> Option<&Arc<Span>> {
        let parentless = self.spans.iter().filter(|span| span.parent.is_none());
        parentless.min_by_key(|span| span.start)
    }

    /// Spans whose parent this trace does not have, with that parent's id.
    pub(super) fn missing_parents(&self) -> impl Iterator<Item = (SpanId, SpanId)> {
        self.spans.iter().filter_map(|span| {
            let parent = span.parent?;
            (!self.by_id.contains_key(&parent)).then_some((span.id, parent))
        })
    }
}
