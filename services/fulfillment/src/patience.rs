//! The rules of trying again: how often, how long, and after which wait.
//!
//! A *try* is one call. A *delivery* is all that is done with a message from its arrival on, in
//! one span: a few tries. A message whose delivery came to nothing because somebody was away is
//! delivered again.

use std::time::Duration;

/// Who is to blame for a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blame {
    /// Everybody is there: with another order it would have worked.
    Order,
    /// It took too long, and nobody knows why.
    Unclear,
    /// Somebody is away: it would not have worked with any order.
    Neighbour,
}

/// Tries of one step of an order within one delivery.
pub(crate) const MAX_ATTEMPTS: u32 = 6;

/// A delivery begins no further try after so long.
pub(crate) const DELIVERY: Duration = Duration::from_secs(30);

/// A batch begins no further message after so long. Together with the last message's own time
/// it stays below the five minutes after which the group takes a consumer for dead.
pub(crate) const BATCH: Duration = Duration::from_secs(60);

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);
const FIRST_REDELIVERY: Duration = Duration::from_millis(500);
const LONGEST_REDELIVERY: Duration = Duration::from_secs(10);

/// How long to wait after try number `attempt`, counted from 1, has failed: 100 ms, doubled each
/// time, 5 s at most, and of that between a half and all, by chance.
#[must_use]
pub(crate) fn retry_delay(attempt: u32) -> Duration {
    with_jitter(doubled(FIRST_RETRY, attempt, LONGEST_RETRY))
}

/// How long a partition holds still after delivery number `delivery` of a message, counted from
/// 1, has come to nothing: 500 ms, doubled each time, 10 s at most, less up to a half by chance.
#[must_use]
pub(crate) fn redelivery_delay(delivery: u32) -> Duration {
    with_jitter(doubled(FIRST_REDELIVERY, delivery, LONGEST_REDELIVERY))
}

fn doubled(first: Duration, count: u32, longest: Duration) -> Duration {
    let doublings = count.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(longest)
}

/// Those who failed together shall not come back together.
fn with_jitter(longest: Duration) -> Duration {
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_its_longest() {
        let longest = Duration::from_secs(5);
        let waits = [1, 2, 3, 6, 7, 8, u32::MAX];
        let waits = waits.map(|count| doubled(FIRST_RETRY, count, longest).as_millis());
        assert_eq!(waits, [100, 200, 400, 3200, 5000, 5000, 5000]);
    }

    #[test]
    fn a_wait_is_drawn_between_its_half_and_its_whole() {
        let waits: Vec<_> = (0..200).map(|_| retry_delay(1).as_micros()).collect();
        assert!(waits.iter().all(|wait| (50_000..=100_000).contains(wait)));
        assert!(waits.iter().any(|wait| *wait < 70_000), "never early");
        assert!(waits.iter().any(|wait| *wait > 80_000), "never late");
    }
}
