//! Who calls which service, asks which database and sends to which queue: counted from the spans
//! that are kept.

mod walk;

use std::time::Instant;

use super::Store;
use walk::Walk;

/// A copy, so that nothing of the store is held while it is written as JSON.
pub(crate) struct ServiceMap {
    pub(crate) places: Vec<Place>,
    pub(crate) ways: Vec<Way>,
    /// From the arrival of the first trace's first data to that of the last one's. Senders'
    /// clocks may be decades apart; this machine's is one.
    pub(crate) seconds: f64,
}

/// What can be called. A database or queue is known by the spans of those who use it.
pub(crate) struct Place {
    pub(crate) kind: PlaceKind,
    pub(crate) name: String,
    /// `sqlite`, `kafka`; empty for a service.
    pub(crate) system: String,
    /// Of a database its server or, where that is unknown, the service that has it; else empty.
    pub(crate) at: String,
    pub(crate) spans: u64,
    pub(crate) errors: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PlaceKind {
    Service,
    Database,
    Queue,
}

/// `from` and `to` are places by their index.
pub(crate) struct Way {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Nobody waits at its other end.
    pub(crate) asynchronous: bool,
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    /// Nanoseconds, in order: of a call as its caller knew it, of a message from the sending to
    /// the taking. A message whose sending is not kept has none.
    pub(crate) times: Vec<u64>,
}

impl Way {
    /// The time that this part of them did not exceed; none where none is known.
    pub(crate) fn quantile(&self, hundredths: usize) -> Option<u64> {
        let rank = (self.times.len() * hundredths).div_ceil(100);
        self.times.get(rank.saturating_sub(1)).copied()
    }
}

impl Store {
    /// One look at every span.
    pub(crate) fn map(&self) -> ServiceMap {
        let mut walk = Walk::new(self);
        for (id, trace) in &self.traces {
            for span in trace.spans() {
                walk.visit(*id, trace, span);
            }
        }
        let with_spans = self.traces.values().filter(|trace| trace.span_count() > 0);
        let came: Vec<Instant> = with_spans.filter_map(|trace| trace.came).collect();
        let extent = came.iter().min().zip(came.iter().max());
        walk.map(extent.map_or(0.0, |(first, last)| (*last - *first).as_secs_f64()))
    }
}
