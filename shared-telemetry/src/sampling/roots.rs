//! The sampler of roots: spans that begin a trace.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use super::fate::Fate;
use super::share::Share;
use super::{Decide, Rule, Sampling, randomness};
use crate::propagation::{self, Wish};
use crate::token_bucket::TokenBucket;

/// Says what time it is. Tests have one of their own.
pub(super) type Clock = fn() -> Instant;

/// Decides by the first rule that fits.
///
/// Under ParentBased it also hears what a B3 caller says beyond the sampled flag: `b3: 0`
/// without ids suppresses a new trace, and ids without a decision leave the decision to us. The
/// debug header of an edge speaks through the same wish, so no rule stands against it, and what
/// it forces begins with the greatest random number: no share of a later sampler does either.
///
/// And it hears links: a consumer's root shares the [`Fate`] of the traces that it links to, as
/// it would a parent's. A request's root does not: its links are to strangers, see
/// [`crate::http::Edge`].
#[derive(Debug, Clone)]
pub(super) struct Roots {
    hears_wishes: bool,
    // Shared: the SDK clones a sampler, and two buckets would let through twice as much.
    rules: Arc<[(Rule, Decider)]>,
    otherwise: Decider,
}

/// A [`Decide`] with what it needs to decide.
#[derive(Debug, Clone)]
enum Decider {
    Always,
    Never,
    Share(Share),
    Rate(Arc<TokenBucket>, Clock),
}

impl Decider {
    fn new(decide: Decide, clock: Clock) -> Self {
        match decide {
            Decide::Always => Self::Always,
            Decide::Never => Self::Never,
            Decide::Ratio(share) => Self::Share(Share::new(share)),
            Decide::PerSecond(rate) => Self::Rate(Arc::new(TokenBucket::new(rate, clock())), clock),
        }
    }

    /// One of several: each says how many traces one of its own stands for, so `always` says 1.
    /// By itself it has nobody to be told from, and costs no `tracestate`.
    fn among_others(decide: Decide, clock: Clock) -> Self {
        match decide {
            Decide::Always => Self::new(Decide::Ratio(1.0), clock),
            other => Self::new(other, clock),
        }
    }

    fn decide(&self, trace_id: TraceId, state: TraceState) -> (bool, TraceState) {
        match self {
            Self::Always => (true, state),
            Self::Never => (false, state),
            Self::Share(share) => share.decide(trace_id, &state),
            Self::Rate(bucket, clock) => (bucket.take(clock()), state),
        }
    }
}

impl Roots {
    pub(super) fn new(sampling: &Sampling, clock: Clock) -> Self {
        let rules = sampling.rules.iter();
        let rules: Arc<[_]> = rules
            .map(|rule| (rule.clone(), Decider::among_others(rule.decide, clock)))
            .collect();
        let otherwise = if rules.is_empty() {
            Decider::new(sampling.root, clock)
        } else {
            Decider::among_others(sampling.root, clock)
        };
        Self {
            hears_wishes: sampling.parent_based,
            rules,
            otherwise,
        }
    }

    fn wish(&self, parent: Option<&Context>) -> Wish {
        if self.hears_wishes {
            parent.map_or(Wish::None, propagation::wish)
        } else {
            Wish::Decide
        }
    }

    fn decider(&self, kind: &SpanKind, name: &str) -> &Decider {
        let rule = self.rules.iter().find(|(rule, _)| rule.means(kind, name));
        rule.map_or(&self.otherwise, |(_, decider)| decider)
    }
}

impl ShouldSample for Roots {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        _: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let begins = *kind == SpanKind::Consumer && !parent.is_some_and(has_span);
        let fate = begins.then(|| Fate::of(links)).flatten();
        let (kept, trace_state) = match (self.wish(parent), fate) {
            (Wish::Force, _) => (true, randomness::state_with(randomness::GREATEST, None)),
            (Wish::Record, _) => (true, state_of(parent)),
            (Wish::Drop, _) => (false, state_of(parent)),
            (Wish::None, Some(fate)) => (fate.kept, fate.state()),
            (Wish::None | Wish::Decide, fate) => {
                let state = fate.map(|fate| fate.state_undecided());
                let state = state.unwrap_or_else(|| state_of(parent));
                self.decider(kind, name).decide(trace_id, state)
            }
        };
        SamplingResult {
            decision: if kept {
                SamplingDecision::RecordAndSample
            } else {
                SamplingDecision::Drop
            },
            attributes: Vec::new(),
            trace_state,
        }
    }
}

fn has_span(parent: &Context) -> bool {
    parent.span().span_context().is_valid()
}

fn state_of(parent: Option<&Context>) -> TraceState {
    parent.map_or_else(TraceState::default, |parent| {
        parent.span().span_context().trace_state().clone()
    })
}
