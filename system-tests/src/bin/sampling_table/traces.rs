//! The recording as traces: of which kind each is, and which belong together across the queue.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared_telemetry::otlp::proto::trace::v1::span::SpanKind;

use crate::otlp::{self, Id, Span};
use crate::recording::Recording;

/// What a trace is, by itself and not by what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A span of it has the status ERROR.
    Failed,
    /// Not failed, and long from its first start to its last end.
    Slow,
    Ordinary,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Failed, Self::Slow, Self::Ordinary];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Slow => "slow",
            Self::Ordinary => "ordinary",
        }
    }
}

/// What is remembered of a span.
#[derive(Debug)]
pub(crate) struct Shape {
    /// 0 when it has none.
    pub(crate) parent: u64,
    pub(crate) kind: SpanKind,
    pub(crate) links: Vec<Id>,
    /// `tracestate`.
    pub(crate) state: String,
}

/// A message that was taken: the span that has sent it, and the one that has processed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) producer: Id,
    pub(crate) consumer: Id,
}

/// All traces of a recording.
#[derive(Debug)]
pub(crate) struct Traces {
    pub(crate) spans: HashMap<Id, Shape>,
    pub(crate) kinds: HashMap<u128, Kind>,
    pub(crate) roots: HashMap<u128, u64>,
    pub(crate) pairs: Vec<Pair>,
    /// Traces in which a fault was injected, by the fault's name.
    pub(crate) faults: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, Copy)]
struct Extent {
    failed: bool,
    first_start: u64,
    last_end: u64,
}

impl Traces {
    /// A trace of `slow_ms` is slow already, as it is to the collector.
    pub(crate) fn of(recording: &Recording, slow_ms: u64) -> Self {
        let mut spans = HashMap::new();
        let mut roots = HashMap::new();
        let mut extents: HashMap<u128, Extent> = HashMap::new();
        let mut faults = HashSet::new();
        for span in recording.spans() {
            let id = otlp::id(span);
            let shape = Shape::of(id, span);
            if shape.parent == 0 {
                roots.insert(id.0, id.1);
            }
            spans.insert(id, shape);
            let extent = extents.entry(id.0).or_insert(Extent::EMPTY);
            extent.add(span);
            let injected = span
                .events
                .iter()
                .filter(|event| event.name == "fault.injected");
            let names = injected.filter_map(|event| otlp::text(event, "app.fault"));
            faults.extend(names.map(|name| (name.to_owned(), id.0)));
        }
        let kinds = extents.into_iter();
        Self {
            kinds: kinds
                .map(|(trace, extent)| (trace, extent.kind(slow_ms)))
                .collect(),
            pairs: pairs(&spans),
            spans,
            roots,
            faults: count_by_name(faults),
        }
    }

    /// The root of a consumer's trace: what it is about is in other traces.
    pub(crate) fn linked_root(&self, trace: u128) -> Option<&Shape> {
        let root = self.spans.get(&(trace, *self.roots.get(&trace)?))?;
        (root.kind == SpanKind::Consumer && !root.links.is_empty()).then_some(root)
    }

    /// False for the batch of several traces: they were not chosen together.
    pub(crate) fn stands_for_as_many(&self, trace: u128) -> bool {
        self.linked_root(trace).is_none_or(|root| {
            let mut links = root.links.iter();
            let first = links.next().map(|link| link.0);
            links.all(|link| Some(link.0) == first)
        })
    }

    /// The span and all above it, up to where its parent is not there.
    pub(crate) fn upwards(&self, from: Id) -> impl Iterator<Item = (Id, &Shape)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let id = next.take()?;
            let shape = self.spans.get(&id)?;
            next = (shape.parent != 0).then_some((id.0, shape.parent));
            Some((id, shape))
        })
    }
}

impl Shape {
    fn of((trace, _): Id, span: &Span) -> Self {
        let links = span.links.iter();
        let links =
            links.map(|link| (otlp::trace_id(&link.trace_id), otlp::span_id(&link.span_id)));
        Self {
            parent: otlp::span_id(&span.parent_span_id),
            kind: span.kind(),
            links: links.filter(|link| link.0 != trace).collect(),
            state: span.trace_state.clone(),
        }
    }

    /// The span of one message in a batch.
    pub(crate) fn processes_a_message(&self) -> bool {
        self.kind == SpanKind::Consumer && self.parent != 0 && !self.links.is_empty()
    }
}

impl Extent {
    const EMPTY: Self = Self {
        failed: false,
        first_start: u64::MAX,
        last_end: 0,
    };

    fn add(&mut self, span: &Span) {
        self.failed |= otlp::failed(span);
        self.first_start = self.first_start.min(span.start_time_unix_nano);
        self.last_end = self.last_end.max(span.end_time_unix_nano);
    }

    fn kind(self, slow_ms: u64) -> Kind {
        let milliseconds = self.last_end.saturating_sub(self.first_start) / 1_000_000;
        match self.failed {
            true => Kind::Failed,
            false if milliseconds >= slow_ms => Kind::Slow,
            false => Kind::Ordinary,
        }
    }
}

/// A message that was taken twice, after a restart, is two pairs.
fn pairs(spans: &HashMap<Id, Shape>) -> Vec<Pair> {
    let processed = spans
        .iter()
        .filter(|(_, shape)| shape.processes_a_message());
    let pairs = processed.flat_map(|(consumer, shape)| {
        let known = shape.links.iter().filter(|link| spans.contains_key(link));
        known.map(|producer| Pair {
            producer: *producer,
            consumer: *consumer,
        })
    });
    pairs.collect()
}

fn count_by_name(faults: HashSet<(String, u128)>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (name, _) in faults {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
