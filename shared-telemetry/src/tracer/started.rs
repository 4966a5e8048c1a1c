//! Durations that survive a clock that is set while a span runs.

use std::time::{Duration, Instant, SystemTime};

/// The two clocks may drift apart by this much without anybody having set one: the system clock
/// is slewed to the network's time.
const DRIFT: Duration = Duration::from_millis(5);

/// So long at most a span waits from its making to its first use, when `tracing-opentelemetry` has it
/// started here: a task that is not polled at once. More than that is a clock that was set.
const WAITS: Duration = Duration::from_secs(60);

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

    /// The start of a span whose maker has read the wall clock before: it showed `at`.
    pub(super) fn read_before(at: SystemTime) -> Self {
        let now = Self::now();
        // The other clock is read only now: the two belong together if none was set in between.
        let waited = now.wall.duration_since(at).ok();
        let waited = waited.filter(|waited| *waited <= WAITS);
        let both = waited.and_then(|waited| Some((at, now.monotonic.checked_sub(waited)?)));
        both.map_or(now, |(wall, monotonic)| Self { wall, monotonic })
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
    fn a_span_that_waits_for_its_first_use_keeps_its_start_and_lasts_as_long_as_it_did() {
        let made = SystemTime::now() - SECOND;
        let started = Started::read_before(made);
        assert_eq!(started.wall(), made);
        let end = started.believable(made + HOUR);
        let lasted = end.duration_since(made).expect("no negative duration");
        assert!((SECOND..HOUR).contains(&lasted), "{lasted:?}");
    }

    #[test]
    fn a_clock_that_is_set_between_making_and_first_use_makes_no_span_of_an_hour() {
        for made in [SystemTime::now() - HOUR, SystemTime::now() + HOUR] {
            let started = Started::read_before(made);
            let apart = SystemTime::now().duration_since(started.wall());
            assert!(
                apart.as_ref().is_ok_and(|apart| *apart < HOUR / 2),
                "{apart:?}"
            );
        }
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
