//! All that was seen of one order. The checks look at nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use super::check::Trouble;
use super::names::{FULFILLMENT, PROCESS, SEND};
use crate::config::Relation;
use crate::trace::{Kind, Log, Span, Trace};

#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) relation: Relation,
    pub(crate) order: Order,
    /// The side before the queue.
    pub(crate) checkout: Side,
    /// The side behind the queue; the same trace again by [`Relation::Parent`].
    pub(crate) fulfillment: Side,
    /// Other traces of the same minute, in which a lost half may be.
    pub(crate) strays: Vec<Trace>,
}

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    /// Lines of the cart.
    pub(crate) lines: usize,
    /// The trace id that the checkout was answered with.
    pub(crate) trace_id: String,
    pub(crate) state: Option<String>,
    /// The trace ids that the order is stored with.
    pub(crate) checkout_trace_id: Option<String>,
    pub(crate) fulfillment_trace_id: Option<String>,
    pub(crate) waited: Duration,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Side {
    pub(crate) trace: Option<Trace>,
    /// Nothing when no backend that holds logs is looked into.
    pub(crate) logs: Option<Vec<Log>>,
    /// Which personal data of the order was found in spans or log lines.
    pub(crate) leaks: BTreeSet<&'static str>,
}

/// A span and the trace that it is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Located<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) span: &'a Span,
}

impl Evidence {
    pub(crate) fn checkout_trace(&self) -> Result<&Trace, Trouble> {
        let missing = || Trouble::NotChecked("there is no checkout trace".to_owned());
        self.checkout.trace.as_ref().ok_or_else(missing)
    }

    pub(crate) fn fulfillment_trace(&self) -> Result<&Trace, Trouble> {
        let missing = || Trouble::NotChecked("there is no fulfillment trace".to_owned());
        self.fulfillment.trace.as_ref().ok_or_else(missing)
    }

    /// The traces of the order, each once.
    pub(crate) fn own_traces(&self) -> impl Iterator<Item = &Trace> {
        let behind = self.fulfillment.trace.as_ref().filter(|behind| {
            self.checkout
                .trace
                .as_ref()
                .is_none_or(|before| before.trace_id != behind.trace_id)
        });
        self.checkout.trace.iter().chain(behind)
    }

    /// Spans of other traces that should have had a parent and have none there.
    pub(crate) fn lost<'a>(
        &'a self,
        matches: impl Fn(&Span) -> bool + 'a,
    ) -> impl Iterator<Item = Located<'a>> {
        let spans = |trace: &'a Trace| trace.spans.iter().map(move |span| Located { trace, span });
        let orphan = move |at: &Located<'a>| matches(at.span) && at.trace.parent(at.span).is_none();
        self.strays.iter().flat_map(spans).filter(orphan)
    }

    /// The gateway's span of the message.
    pub(crate) fn producer(&self) -> Option<Located<'_>> {
        let trace = self.checkout.trace.as_ref()?;
        let span = trace
            .spans
            .iter()
            .find(|span| span.is("gateway", Kind::Producer, SEND))?;
        Some(Located { trace, span })
    }

    /// The order's own process span. Other orders of the batch may be in the same trace: the one
    /// that links to our producer is ours; failing that, one that links nowhere.
    pub(crate) fn process(&self) -> Option<Located<'_>> {
        let producer = self.producer();
        let rank = |span: &Span| {
            let ours = producer.is_some_and(|p| span.links_to(&p.trace.trace_id, &p.span.span_id));
            (!ours, !span.links.is_empty())
        };
        let located = |trace: &'_ Trace| {
            let spans = trace.spans.iter();
            let span = spans.filter(|span| span.is(FULFILLMENT, Kind::Consumer, PROCESS));
            span.min_by_key(|span| rank(span))
                .map(|span| span.span_id.clone())
        };
        let find = |trace| {
            located(trace).and_then(|id| {
                Some(Located {
                    span: trace.span(&id)?,
                    trace,
                })
            })
        };
        self.fulfillment.trace.as_ref().and_then(find).or_else(|| {
            self.strays
                .iter()
                .filter_map(find)
                .find(|at| !rank(at.span).0 || at.span.links.is_empty())
        })
    }
}
