//! So many a second, and a second's worth at once.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A token bucket, filled with one second's allowance at the start.
#[derive(Debug)]
pub(super) struct TokenBucket {
    per_second: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    at: Instant,
}

impl TokenBucket {
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self {
            per_second,
            state: Mutex::new(State {
                tokens: per_second,
                at: now,
            }),
        }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(state.at).as_secs_f64();
        state.tokens = (state.tokens + passed * self.per_second).min(self.per_second);
        state.at = now;
        let taken = state.tokens >= 1.0;
        if taken {
            state.tokens -= 1.0;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_one_seconds_worth_and_then_it_fills_again() {
        let start = Instant::now();
        let bucket = TokenBucket::new(3, start);
        let taken = |now| (0..10).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(start), 3);
        assert_eq!(taken(start + Duration::from_millis(400)), 1);
        assert_eq!(taken(start + Duration::from_secs(60)), 3);
    }
}
