//! One way to instrument the service.

use axum::Router;

use crate::service::Refused;

/// Work that is done once.
pub type Work<'a> = &'a mut dyn FnMut();

/// What a way to instrument can do, as its documentation shows it.
#[derive(Clone, Copy)]
pub struct System {
    /// As rows are named.
    pub name: &'static str,
    /// Does the work with its telemetry started before and stopped after; all spans have arrived
    /// at the collector then.
    pub with: fn(Work<'_>),
    /// The routes in its layer.
    pub layer: fn(Router) -> Router,
    /// Does the work as a request would that came with this decision, without a span of its own.
    pub in_request: fn(sampled: bool, Work<'_>),
    /// That many spans with two attributes, one after the other, where a request is active.
    pub spans: fn(u32),
    /// The same with five attributes.
    pub wide_spans: fn(u32),
    /// Says on the active span that this went wrong: `exception` with a stack, status ERROR.
    pub fail: fn(&Refused),
}
