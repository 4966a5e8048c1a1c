//! What was measured, while it is measured: counts and histograms of bounded size.

mod latencies;
mod over_time;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::mix::Scenario;
use crate::shop_client::Failure;
use crate::shopper::Seen;
pub(crate) use latencies::Latencies;
pub(crate) use over_time::{OverTime, Slice};

/// From this delay on a request was sent late: not when it was due.
pub(crate) const LATE_AFTER: Duration = Duration::from_millis(10);

/// So many of the slowest requests are named.
const SLOWEST: usize = 5;

/// A request that is over.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    pub(crate) seen: Seen,
    /// When it was due, from the start of the counted load.
    pub(crate) due: Duration,
    /// From when it was due until its answer was complete.
    pub(crate) latency: Duration,
    /// From when it was sent.
    pub(crate) service: Duration,
}

/// Why a request was never sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dropped {
    /// Too many were waiting before it.
    LineFull,
    /// The run ended while it waited.
    Stopped,
}

/// All that is known of the counted requests.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    pub(crate) scores: [Scores; Scenario::ALL.len()],
    pub(crate) over_time: OverTime,
    /// The slowest first.
    pub(crate) slowest: Vec<Finished>,
    /// How long after it was due a request was sent.
    pub(crate) lag: Latencies,
    pub(crate) late: u64,
    pub(crate) line_full: u64,
    pub(crate) stopped: u64,
    /// Sent before the counting began.
    pub(crate) warm_up: u64,
    /// When the last answer was complete, from the start of the counted load.
    pub(crate) last_end: Duration,
}

/// One scenario's, or all scenarios' together.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    pub(crate) sent: u64,
    pub(crate) answered: u64,
    pub(crate) statuses: BTreeMap<u16, u64>,
    pub(crate) failures: BTreeMap<Failure, u64>,
    pub(crate) latency: Latencies,
    pub(crate) service: Latencies,
}

impl Default for Scores {
    fn default() -> Self {
        Self {
            sent: 0,
            answered: 0,
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            latency: Latencies::new(3),
            service: Latencies::new(3),
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            scores: Default::default(),
            over_time: OverTime::default(),
            slowest: Vec::new(),
            lag: Latencies::new(3),
            late: 0,
            line_full: 0,
            stopped: 0,
            warm_up: 0,
            last_end: Duration::ZERO,
        }
    }
}

impl Tally {
    /// A request begins so long after it was due.
    pub(crate) fn sent(&mut self, lag: Duration) {
        self.lag.add(lag);
        if lag > LATE_AFTER {
            self.late += 1;
        }
    }

    pub(crate) fn dropped(&mut self, why: Dropped, due: Duration) {
        match why {
            Dropped::LineFull => self.line_full += 1,
            Dropped::Stopped => self.stopped += 1,
        }
        self.over_time.at(due).dropped += 1;
    }

    pub(crate) fn finished(&mut self, finished: Finished) {
        self.scores[finished.seen.scenario as usize].add(&finished);
        self.last_end = self.last_end.max(finished.due + finished.latency);
        let slice = self.over_time.at(finished.due);
        slice.sent += 1;
        if finished.is_failed() {
            slice.failed += 1;
        }
        if finished.has_latency() {
            slice.latency.add(finished.latency);
            let at = self
                .slowest
                .partition_point(|slower| slower.latency >= finished.latency);
            self.slowest.insert(at, finished);
            self.slowest.truncate(SLOWEST);
        }
    }

    /// All scenarios together.
    pub(crate) fn total(&self) -> Scores {
        let mut total = Scores::default();
        for scores in &self.scores {
            total.merge(scores);
        }
        total
    }
}

impl Finished {
    /// An error of the shop, or no answer.
    fn is_failed(&self) -> bool {
        self.seen.failure.is_some() || self.seen.status.is_some_and(|status| status >= 500)
    }

    /// An answer took its time, and so did a time-out. A connection that failed at once would
    /// make the shop look fast.
    fn has_latency(&self) -> bool {
        self.seen.status.is_some() || self.seen.failure == Some(Failure::Timeout)
    }
}

impl Scores {
    fn add(&mut self, finished: &Finished) {
        self.sent += 1;
        if let Some(status) = finished.seen.status {
            self.answered += 1;
            *self.statuses.entry(status).or_default() += 1;
        }
        if let Some(failure) = finished.seen.failure {
            *self.failures.entry(failure).or_default() += 1;
        }
        if finished.has_latency() {
            self.latency.add(finished.latency);
            self.service.add(finished.service);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        for (failure, count) in &other.failures {
            *self.failures.entry(*failure).or_default() += count;
        }
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
    }
}
