//! The edge: what a stranger's context may do.
//!
//! Trace headers are input like any other. Who takes them over from anybody lets a stranger
//! choose the trace ids of your telemetry, have every request recorded at your cost, glue a
//! thousand users into one trace, and hand baggage to your inner services. So the first service
//! behind the outside decides, by a setting, whom it believes.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Instant;

use http::{HeaderMap, HeaderName};
use opentelemetry::Context;
use opentelemetry::trace::{Link, TraceContextExt};

use super::carrier;
use super::trust::Trust;
use crate::baggage;
use crate::propagation::{self, Caller};
use crate::token_bucket::TokenBucket;

/// The longest value of a baggage entry that an edge lets in.
const MAX_BAGGAGE_VALUE_BYTES: usize = 256;

/// What the first service behind the outside takes over from its callers, for
/// [`super::ServerLayer::edge`].
#[derive(Debug)]
pub struct Edge {
    trust: Trust,
    accepted_baggage: HashSet<&'static str>,
    debug: Option<Debug>,
}

/// The header by which a believed caller has its request recorded, whatever the sampler says.
#[derive(Debug)]
struct Debug {
    header: HeaderName,
    allowance: TokenBucket,
}

/// What an edge makes of a request's headers.
pub(super) struct Admitted {
    pub(super) caller: Caller,
    /// The outside context, where it did not become the parent.
    pub(super) links: Vec<Link>,
    pub(super) dropped_baggage: usize,
}

impl Admitted {
    /// All of it, for who has no edge.
    pub(super) fn whole(caller: Caller) -> Self {
        Self {
            caller,
            links: Vec::new(),
            dropped_baggage: 0,
        }
    }
}

impl Edge {
    /// An edge that believes by `trust` and lets no baggage in.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            accepted_baggage: HashSet::new(),
            debug: None,
        }
    }

    /// Lets in these baggage entries, with values of at most 256 bytes, from anybody: whoever
    /// reads them must bear that they are forged.
    #[must_use]
    pub fn accept_baggage(mut self, keys: &[&'static str]) -> Self {
        self.accepted_baggage = keys.iter().copied().collect();
        self
    }

    /// Records the request of a believed caller that sends `header: 1`, for at most `per_second`
    /// requests in a second. From anybody else the header means nothing.
    ///
    /// The trace begins with the greatest random number, `tracestate: ot=rv:ffffffffffffff`, so
    /// that no share of a sampler behind us, in a collector for example, drops it, nor the traces
    /// of the consumers that it sends messages to. A caller that is recorded anyway has chosen the
    /// random number of its trace by itself: it may send that `tracestate` along.
    #[must_use]
    pub fn debug_header(mut self, header: HeaderName, per_second: u32) -> Self {
        self.debug = Some(Debug {
            header,
            allowance: TokenBucket::new(per_second.into(), Instant::now()),
        });
        self
    }

    pub(super) fn admit(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Admitted {
        let outside = carrier::caller(headers).into_context();
        let (outside, dropped_baggage) =
            baggage::retain(outside, &self.accepted_baggage, MAX_BAGGAGE_VALUE_BYTES);
        let believed = self.trust.believes(headers, peer);
        let span = outside.span().span_context().clone();
        // What its caller records is recorded without a wish, and takes nothing from the allowance.
        let debug = believed && !span.is_sampled() && self.wants_debug(headers);
        if believed && !debug {
            return Admitted {
                caller: outside.into(),
                links: Vec::new(),
                dropped_baggage,
            };
        }
        // A trace of our own. It also serves a debug request whose caller did not record: under
        // that parent it would be an orphan.
        let parent = baggage::carry(&outside, &Context::new());
        Admitted {
            caller: if debug {
                propagation::force(&parent).into()
            } else {
                parent.into()
            },
            links: Some(span)
                .filter(|span| span.is_valid())
                .map(Link::with_context)
                .into_iter()
                .collect(),
            dropped_baggage,
        }
    }

    fn wants_debug(&self, headers: &HeaderMap) -> bool {
        self.debug.as_ref().is_some_and(|debug| {
            headers.get(&debug.header).is_some_and(|value| value == "1")
                && debug.allowance.take(Instant::now())
        })
    }
}
