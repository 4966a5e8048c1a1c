//! What a listener refused, counted, and told once in a while.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A line for each connection would be a second way to fill the disk.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Why a connection was closed, or not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    SlowHead,
    BadHead,
    SlowAnswer,
    NoRoom,
    NoHandle,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::SlowHead => "no whole request head came in time",
            Self::BadHead => "the request head was too large or not HTTP",
            Self::SlowAnswer => "the answer was not taken in time",
            Self::NoRoom => "all places were taken, and this one waited longest for nothing",
            Self::NoHandle => "the system had no file handle for it",
        }
    }
}

/// Counts for one listener. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Refusals {
    address: SocketAddr,
    counted: Arc<Mutex<Counted>>,
}

#[derive(Debug, Default)]
struct Counted {
    by_reason: BTreeMap<Reason, i64>,
    told: Option<Instant>,
}

impl Refusals {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            counted: Arc::default(),
        }
    }

    pub(super) fn count(&self, reason: Reason) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.by_reason.entry(reason).or_default() += 1;
    }

    /// Writes the lines, a reason each, unless the last ones are quite new.
    pub(super) fn tell(&self) {
        let lately = |told: Instant| told.elapsed() < TELL_EVERY;
        self.tell_unless(lately);
    }

    /// Writes what is left, at the end.
    pub(super) fn tell_all(&self) {
        self.tell_unless(|_| false);
    }

    fn tell_unless(&self, too_soon: impl Fn(Instant) -> bool) {
        let by_reason = {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            if counted.by_reason.is_empty() || counted.told.is_some_and(too_soon) {
                return;
            }
            counted.told = Some(Instant::now());
            std::mem::take(&mut counted.by_reason)
        };
        for (reason, connections) in by_reason {
            tracing::warn!(
                connections,
                reason = reason.as_str(),
                "connections to {} were closed or not let in",
                self.address
            );
        }
    }
}
