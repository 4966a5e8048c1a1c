//! What a way of sampling has kept, counted.

use std::collections::{HashMap, HashSet};

use crate::head::Head;
use crate::otlp::{self, Id};
use crate::recording::Recording;
use crate::traces::{Kind, Pair, Traces};

/// One way of sampling, and what came of it.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// What has crossed the network to the collector.
    pub(crate) sent_spans: usize,
    pub(crate) sent_bytes: usize,
    /// Traces of which a span is stored.
    pub(crate) traces: Kinds,
    pub(crate) stored_spans: usize,
    /// Traces that lack a span which was sent, or a parent that was recorded.
    pub(crate) not_whole: usize,
    pub(crate) orders: Orders,
    /// All spans, by the metrics that the collector makes of those it was sent.
    pub(crate) counted_spans: Option<usize>,
}

/// How many traces there are of each kind.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    all: HashMap<Kind, usize>,
    /// Those that begin with a request, and so decide for themselves.
    of_requests: HashMap<Kind, usize>,
}

/// Orders that went through the queue, by the sides of it that are stored.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub(crate) both_sides: usize,
    pub(crate) neither_side: usize,
    /// One side, which is kept for having failed or for being slow.
    pub(crate) one_failed_or_slow: usize,
    /// The consumer's side, kept for another order of the same batch.
    pub(crate) one_in_anothers_batch: usize,
    /// One side, for no reason that is known here.
    pub(crate) one_without_a_reason: usize,
}

impl Way {
    /// The backend stores whatever the head has sent.
    pub(crate) fn head_only(traces: &Traces, recording: &Recording, share: f64) -> Self {
        let sent = Head::new(traces, share).sends_on(recording);
        let kept = sent.spans().map(otlp::id).collect();
        Self::new("head", traces, &sent, &kept)
    }

    pub(crate) fn new(
        name: &'static str,
        traces: &Traces,
        sent: &Recording,
        kept: &HashSet<Id>,
    ) -> Self {
        let stored = spans_of_each(kept.iter().copied());
        let mut orders = Orders::default();
        for pair in &traces.pairs {
            *orders.place(*pair, traces, kept) += 1;
        }
        Self {
            name,
            sent_spans: sent.spans().count(),
            sent_bytes: sent.bytes(),
            traces: Kinds::of(traces, stored.keys().copied()),
            stored_spans: kept.len(),
            not_whole: not_whole(traces, sent, kept, &stored),
            orders,
            counted_spans: None,
        }
    }

    pub(crate) fn counted(self, spans: usize) -> Self {
        Self {
            counted_spans: Some(spans),
            ..self
        }
    }
}

impl Kinds {
    pub(crate) fn of(traces: &Traces, counted: impl Iterator<Item = u128>) -> Self {
        let mut kinds = Self::default();
        for trace in counted {
            let Some(kind) = traces.kinds.get(&trace) else {
                continue;
            };
            *kinds.all.entry(*kind).or_default() += 1;
            if traces.linked_root(trace).is_none() {
                *kinds.of_requests.entry(*kind).or_default() += 1;
            }
        }
        kinds
    }

    pub(crate) fn all(&self, kind: Kind) -> usize {
        self.all.get(&kind).copied().unwrap_or_default()
    }

    pub(crate) fn of_requests(&self, kind: Kind) -> usize {
        self.of_requests.get(&kind).copied().unwrap_or_default()
    }

    pub(crate) fn sum(&self) -> usize {
        self.all.values().sum()
    }
}

impl Orders {
    /// Where an order is counted.
    fn place(&mut self, pair: Pair, traces: &Traces, kept: &HashSet<Id>) -> &mut usize {
        let sides = [pair.producer, pair.consumer].map(|span| kept.contains(&span));
        let side = match sides {
            [true, true] => return &mut self.both_sides,
            [false, false] => return &mut self.neither_side,
            [true, false] => pair.producer,
            [false, true] => pair.consumer,
        };
        if traces.kinds.get(&side.0) != Some(&Kind::Ordinary) {
            return &mut self.one_failed_or_slow;
        }
        let root = traces.linked_root(side.0).filter(|_| side == pair.consumer);
        let another = root.is_some_and(|root| root.links.iter().any(|link| kept.contains(link)));
        if another {
            &mut self.one_in_anothers_batch
        } else {
            &mut self.one_without_a_reason
        }
    }

    pub(crate) const fn all(&self) -> usize {
        self.both_sides
            + self.neither_side
            + self.one_failed_or_slow
            + self.one_in_anothers_batch
            + self.one_without_a_reason
    }
}

fn spans_of_each(spans: impl Iterator<Item = Id>) -> HashMap<u128, usize> {
    let mut counts = HashMap::new();
    for (trace, _) in spans {
        *counts.entry(trace).or_default() += 1;
    }
    counts
}

fn not_whole(
    traces: &Traces,
    sent: &Recording,
    kept: &HashSet<Id>,
    stored: &HashMap<u128, usize>,
) -> usize {
    let sent = spans_of_each(
        sent.spans()
            .map(otlp::id)
            .collect::<HashSet<_>>()
            .into_iter(),
    );
    let mut broken: HashSet<u128> = stored
        .iter()
        .filter(|(trace, count)| sent.get(trace) != Some(count))
        .map(|(trace, _)| *trace)
        .collect();
    for (trace, span) in kept {
        let parent = traces
            .spans
            .get(&(*trace, *span))
            .map_or(0, |shape| shape.parent);
        let parent = (*trace, parent);
        if traces.spans.contains_key(&parent) && !kept.contains(&parent) {
            broken.insert(*trace);
        }
    }
    broken.len()
}
