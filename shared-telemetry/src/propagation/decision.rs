//! What B3 says about sampling and a span context cannot: debug, deferred, and a decision that
//! comes without ids.
//!
//! It travels in the context beside the span context, so that the sampler can honour it and B3
//! can send it on.

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, TraceId};

/// The sampling state of B3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// `0`.
    Deny,
    /// `1`.
    Accept,
    /// `d`, or `X-B3-Flags: 1`: sampled, and wanted by somebody who is looking for an error.
    Debug,
    /// No decision: whoever receives it decides.
    Deferred,
}

/// A caller's state, and the trace that it is about: `None` when it came without ids and is
/// about whatever begins here.
#[derive(Debug, Clone, Copy)]
struct Said(State, Option<TraceId>);

/// What stands in the context: a value can be replaced there, not removed.
type Slot = Option<Said>;

fn said(context: &Context) -> Slot {
    context.get::<Slot>().copied().flatten()
}

/// Remembers a state that came without ids.
pub(super) fn keep_alone(context: &Context, state: State) -> Context {
    context.with_value::<Slot>(Some(Said(state, None)))
}

/// Remembers the state of a caller's span, where the sampled flag does not say it all.
pub(super) fn keep(context: &Context, trace_id: TraceId, state: State) -> Context {
    match state {
        State::Debug | State::Deferred => {
            context.with_value::<Slot>(Some(Said(state, Some(trace_id))))
        }
        State::Deny | State::Accept => context.clone(),
    }
}

/// The context in which `span` of another format has the last word. Only a debug wish for the
/// same, sampled trace stands: the other format can't express it and does not contradict it.
pub(super) fn overruled(context: Context, span: &SpanContext) -> Context {
    match said(&context) {
        None => context,
        Some(Said(State::Debug, Some(id))) if id == span.trace_id() && span.is_sampled() => context,
        Some(_) => context.with_value::<Slot>(None),
    }
}

/// The state to send on with the active span of `context`, or by itself when there is no span
/// and a caller's state came without ids.
pub(super) fn to_send(context: &Context) -> Option<State> {
    let span = context.span();
    let span = span.span_context();
    match (said(context), span.is_valid()) {
        // Nothing to say.
        (Some(Said(State::Deferred, None)), false) => None,
        (Some(Said(state, None)), false) => Some(state),
        (_, false) => None,
        (Some(Said(State::Debug, id)), true) if id.is_none_or(|id| id == span.trace_id()) => {
            Some(State::Debug)
        }
        // A span of our own has decided; a caller's that is only handed on has not.
        (Some(Said(State::Deferred, id)), true)
            if span.is_remote() && id == Some(span.trace_id()) =>
        {
            Some(State::Deferred)
        }
        (_, true) if span.is_sampled() => Some(State::Accept),
        (_, true) => Some(State::Deny),
    }
}

/// The context in which a trace that begins is recorded, whatever a sampler would say, here or
/// later. B3 has a word for it.
pub(crate) fn force(context: &Context) -> Context {
    keep_alone(context, State::Debug)
}

/// The context in which a trace that begins is decided on by itself, whatever it links to.
pub(crate) fn decide_anew(context: &Context) -> Context {
    keep_alone(context, State::Deferred)
}

/// True when `context` brings a span and the decision was left to whoever receives it.
pub(crate) fn is_left_open(context: &Context) -> bool {
    leaves_open(context, context.span().span_context())
}

/// As [`is_left_open`], for a span that `context` need not hold.
fn leaves_open(context: &Context, span: &SpanContext) -> bool {
    let id = span.trace_id();
    matches!(said(context), Some(Said(State::Deferred, Some(about))) if about == id)
}

/// True when `span`, which `context` may hold or not, was decided against.
pub(crate) fn decides_against(context: &Context, span: &SpanContext) -> bool {
    span.is_valid() && !span.is_sampled() && !leaves_open(context, span)
}

/// What a caller wants of the sampler for a span without a parent, or under a remote parent that
/// is not sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Record it, and let nobody behind us drop it.
    Force,
    /// Record it.
    Record,
    /// Don't.
    Drop,
    /// Decide by yourself.
    Decide,
    /// Nobody said anything: there is no caller.
    None,
}

/// The caller's wish in `parent`, the context in which a span is about to start.
pub(crate) fn wish(parent: &Context) -> Wish {
    let span = parent.span();
    let span = span.span_context();
    match (said(parent), span.is_valid()) {
        (Some(Said(State::Deny, None)), false) => Wish::Drop,
        (Some(Said(State::Accept, None)), false) => Wish::Record,
        (Some(Said(State::Debug, None)), false) => Wish::Force,
        (Some(Said(State::Deferred, None)), false) => Wish::Decide,
        (_, false) => Wish::None,
        (Some(Said(State::Deferred, Some(id))), true) if id == span.trace_id() => Wish::Decide,
        (_, true) => Wish::Drop,
    }
}
