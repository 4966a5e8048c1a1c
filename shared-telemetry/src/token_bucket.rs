//! So many a second, and a short burst at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A token bucket: filled at the start, it holds one second's worth, and one token at least.
///
/// It is kept as a single number, the moment up to which the time is *spent*: a token costs
/// `price` nanoseconds, and nobody can save up more than `depth` of them. One number can be
/// changed in one step, so no thread ever waits for another here. And since it only moves
/// forward, a clock that two threads read in one order and use in the other can't mint tokens.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    start: Instant,
    /// `None`: there never is a token.
    price: Option<u64>,
    depth: u64,
    spent: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

impl TokenBucket {
    /// `per_second` may be a fraction: 0.5 is a token every two seconds.
    pub(crate) fn new(per_second: f64, now: Instant) -> Self {
        let price = Duration::try_from_secs_f64(1.0 / per_second).ok();
        let price = price.and_then(|price| u64::try_from(price.as_nanos()).ok());
        let price = price.map(|price| price.max(1));
        Self {
            start: now,
            price,
            depth: price.unwrap_or_default().max(SECOND),
            spent: AtomicU64::new(0),
        }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let Some(price) = self.price else {
            return false;
        };
        let passed = now.saturating_duration_since(self.start).as_nanos();
        // 500 years fit. Ahead by `depth`, because it starts full.
        let now = u64::try_from(passed)
            .unwrap_or(u64::MAX)
            .saturating_add(self.depth);
        let take = |spent: u64| {
            let spent = spent.max(now - self.depth).saturating_add(price);
            (spent <= now).then_some(spent)
        };
        self.spent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &TokenBucket, now: Instant) -> usize {
        (0..1000).filter(|_| bucket.take(now)).count()
    }

    #[test]
    fn a_burst_is_one_seconds_worth_and_then_it_fills_again() {
        let start = Instant::now();
        let bucket = TokenBucket::new(3.0, start);
        assert_eq!(taken(&bucket, start), 3);
        assert_eq!(taken(&bucket, start + Duration::from_millis(400)), 1);
        assert_eq!(taken(&bucket, start + Duration::from_secs(60)), 3);
    }

    #[test]
    fn less_than_one_a_second_is_one_at_a_time() {
        let start = Instant::now();
        let bucket = TokenBucket::new(0.5, start);
        let counts = [0, 1, 2, 3, 4, 60].map(|second| {
            let now = start + Duration::from_secs(second);
            taken(&bucket, now)
        });
        assert_eq!(counts, [1, 0, 1, 0, 1, 1]);
    }

    #[test]
    fn zero_a_second_is_none_ever() {
        let start = Instant::now();
        let bucket = TokenBucket::new(0.0, start);
        assert_eq!(taken(&bucket, start), 0);
        assert_eq!(taken(&bucket, start + Duration::from_secs(1_000_000)), 0);
    }

    #[test]
    fn a_moment_that_comes_late_gives_no_token_a_second_time() {
        let start = Instant::now();
        let bucket = TokenBucket::new(2.0, start);
        let later = start + Duration::from_secs(10);
        assert_eq!(taken(&bucket, later), 2);
        // Another thread read its clock before, and comes here after.
        for _ in 0..100 {
            assert_eq!(taken(&bucket, start), 0);
            assert_eq!(taken(&bucket, later), 0);
        }
    }

    #[test]
    fn threads_that_take_at_the_same_moment_share_what_there_is() {
        let start = Instant::now();
        let bucket = TokenBucket::new(50.0, start);
        let sum: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| taken(&bucket, start)))
                .collect();
            threads.into_iter().map(|each| each.join().unwrap()).sum()
        });
        assert_eq!(sum, 50);
    }
}
