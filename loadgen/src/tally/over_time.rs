//! How the load went over time, in a bounded number of slices that widen as the run goes on.

use std::time::Duration;

use super::Latencies;

/// The width of the first slices.
const FINEST: Duration = Duration::from_millis(250);

/// With more than these, pairs are joined. Even.
const MOST: usize = 120;

/// Requests by when they were due.
#[derive(Debug, Clone)]
pub(crate) struct OverTime {
    pub(crate) width: Duration,
    pub(crate) slices: Vec<Slice>,
}

/// The requests that were due within one slice.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub(crate) sent: u64,
    pub(crate) failed: u64,
    pub(crate) dropped: u64,
    pub(crate) latency: Latencies,
}

impl Default for OverTime {
    fn default() -> Self {
        Self {
            width: FINEST,
            slices: Vec::new(),
        }
    }
}

impl Default for Slice {
    fn default() -> Self {
        Self {
            sent: 0,
            failed: 0,
            dropped: 0,
            latency: Latencies::new(2),
        }
    }
}

impl OverTime {
    /// The slice of this moment.
    pub(super) fn at(&mut self, due: Duration) -> &mut Slice {
        while self.index(due) >= MOST {
            self.join_pairs();
        }
        let index = self.index(due);
        if self.slices.len() <= index {
            self.slices.resize_with(index + 1, Slice::default);
        }
        &mut self.slices[index]
    }

    fn index(&self, due: Duration) -> usize {
        usize::try_from(due.as_nanos() / self.width.as_nanos()).unwrap_or(usize::MAX)
    }

    fn join_pairs(&mut self) {
        self.width *= 2;
        let mut joined: Vec<Slice> = Vec::with_capacity(MOST);
        for (index, slice) in self.slices.drain(..).enumerate() {
            match joined.last_mut().filter(|_| index % 2 == 1) {
                Some(first) => first.take_in(&slice),
                None => joined.push(slice),
            }
        }
        self.slices = joined;
    }
}

impl Slice {
    fn take_in(&mut self, other: &Self) {
        self.sent += other.sent;
        self.failed += other.failed;
        self.dropped += other.dropped;
        self.latency.merge(&other.latency);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_has_wider_slices_and_forgets_nothing() {
        let mut over_time = OverTime::default();
        for second in 0..1000 {
            let slice = over_time.at(Duration::from_secs(second));
            slice.sent += 1;
            slice.latency.add(Duration::from_millis(second));
        }
        assert!(over_time.slices.len() <= MOST);
        assert_eq!(over_time.width, Duration::from_secs(16));
        let sent: u64 = over_time.slices.iter().map(|slice| slice.sent).sum();
        assert_eq!(sent, 1000);
        assert_eq!(over_time.slices[1].sent, 16, "the seconds from 16 to 31");
    }
}
