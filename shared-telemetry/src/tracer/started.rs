//! Durations that survive a clock that is set while a span runs.

use std::time::{Duration, Instant, SystemTime};

/// The two clocks may drift apart by this much without anybody having set one: the system clock
/// is slewed to the network's time.
const DRIFT: Duration = Duration::from_millis(5);

/// When a span started, by both clocks.
///
/// A span's start and end are wall time, so that spans of different machines stand on one axis.
/// But the wall clock can be set: by an hour when somebody corrects it, and then a span would
/// end before it began, or last an hour. The monotonic clock knows how long it really was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started {
    wall: SystemTime,
    monotonic: Instant,
}

impl Started {
    pub(super) fn now() -> Self {
        Self {
            wall: SystemTime::now(),
            monotonic: Instant::now(),
        }
    }

    /// By the clock on the wall.
    pub(super) fn wall(&self) -> SystemTime {
        self.wall
    }

    /// `at`, when it lies between the start and now; otherwise the clock was set in between, and
    /// this is now by the clock of the start.
    pub(super) fn believable(&self, at: SystemTime) -> SystemTime {
        self.believable_after(self.monotonic.elapsed(), at)
    }

    fn believable_after(&self, elapsed: Duration, at: SystemTime) -> SystemTime {
        let now = self.wall + elapsed;
        let possible = self.wall - DRIFT..=now + DRIFT;
        if possible.contains(&at) {
            at.max(self.wall)
        } else {
            now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const SECOND: Duration = Duration::from_secs(1);

    /// The end of a span that took a second, when the clock then shows `shown` after its start.
    fn end(shown: impl FnOnce(SystemTime) -> SystemTime) -> Duration {
        let started = Started::now();
        let end = started.believable_after(SECOND, shown(started.wall));
        end.duration_since(started.wall)
            .expect("no negative duration")
    }

    #[test]
    fn a_span_lasts_as_long_as_it_did_when_the_clock_is_set_back() {
        assert_eq!(end(|start| start + SECOND - HOUR), SECOND);
    }

    #[test]
    fn a_span_lasts_as_long_as_it_did_when_the_clock_is_set_forth() {
        assert_eq!(end(|start| start + SECOND + HOUR), SECOND);
    }

    #[test]
    fn a_moment_between_start_and_now_is_left_alone() {
        let half = Duration::from_millis(500);
        assert_eq!(end(|start| start + half), half);
    }

    #[test]
    fn a_clock_that_is_slewed_makes_no_negative_duration() {
        assert_eq!(
            end(|start| start - Duration::from_millis(1)),
            Duration::ZERO
        );
    }
}
