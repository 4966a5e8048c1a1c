//! When a failed export is tried again.
//!
//! Source: OTLP specification, "Failures" and "OTLP/gRPC Throttling". The numbers are those of the
//! stock exporter.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

const RETRIES: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_millis(1_600);
/// Longer than that a collector can't make us wait.
const LONGEST_ASKED_FOR: Duration = Duration::from_secs(30);
/// So that many processes that failed at once don't come back at once.
const JITTER_MILLIS: u32 = 100;

/// Tries until it succeeds, or it makes no sense to, or `limit` would pass.
pub(super) async fn until<F>(limit: Duration, mut attempt: impl FnMut() -> F) -> Result<(), Status>
where
    F: Future<Output = Result<(), Status>>,
{
    let begin = Instant::now();
    let mut delay = FIRST_DELAY;
    for retry in 0.. {
        let Err(status) = attempt().await else { break };
        let Some(asked_for) = may_be_tried_again(&status).filter(|_| retry < RETRIES) else {
            return Err(status);
        };
        let asked_for = asked_for.min(LONGEST_ASKED_FOR);
        let pause = delay.max(asked_for) + jitter();
        if begin.elapsed() + pause >= limit {
            return Err(status);
        }
        sleep(pause).await;
        delay = (delay * 2).min(LONGEST_DELAY).max(asked_for);
    }
    Ok(())
}

/// How long the collector wants us to wait at the least; `None` when it is of no use to come back.
fn may_be_tried_again(status: &Status) -> Option<Duration> {
    let told = status.get_details_retry_info();
    let told = told.and_then(|info| info.retry_delay);
    match status.code() {
        // It has no room, and will have some only if it says when.
        Code::ResourceExhausted => told,
        Code::Unavailable
        | Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::DataLoss => Some(told.unwrap_or_default()),
        _ => None,
    }
}

fn jitter() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = now.unwrap_or_default().subsec_nanos();
    Duration::from_millis((nanos % JITTER_MILLIS).into())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tonic_types::ErrorDetails;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    /// How often `status` is tried, and how long it takes on a clock that does not wait.
    async fn tries(status: &Status, limit: Duration) -> (u32, Duration) {
        let (tries, begin) = (Cell::new(0), Instant::now());
        let result = until(limit, || {
            tries.set(tries.get() + 1);
            async { Err(status.clone()) }
        });
        let failed = result.await.expect_err("it always fails");
        assert_eq!(failed.code(), status.code());
        (tries.get(), begin.elapsed())
    }

    fn throttled(code: Code, delay: Duration) -> Status {
        let details = ErrorDetails::with_retry_info(Some(delay));
        Status::with_error_details(code, "", details)
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_four_times_with_growing_pauses() {
        let (tries, took) = tries(&Status::unavailable("gone"), LIMIT).await;
        assert_eq!(tries, 4);
        let (least, most) = (Duration::from_millis(700), Duration::from_millis(1_010));
        assert!(least <= took && took <= most, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_will_not_pass_is_not_tried_again() {
        for code in [
            Code::InvalidArgument,
            Code::Unauthenticated,
            Code::Unimplemented,
            Code::Internal,
            Code::ResourceExhausted,
        ] {
            assert_eq!(tries(&Status::new(code, ""), LIMIT).await.0, 1, "{code:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_collector_says_how_long_to_wait_and_the_limit_beats_it() {
        let delay = Duration::from_secs(2);
        for code in [Code::ResourceExhausted, Code::Unavailable] {
            let (tries, took) = tries(&throttled(code, delay), LIMIT).await;
            assert_eq!(tries, 4, "{code:?}");
            assert!(took >= delay * 3, "{code:?} {took:?}");
        }
        let hour = throttled(Code::Unavailable, Duration::from_secs(3_600));
        assert_eq!(tries(&hour, LIMIT).await, (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_it() {
        let tries = Cell::new(0);
        let result = until(LIMIT, || {
            tries.set(tries.get() + 1);
            let failed = tries.get() < 3;
            async move {
                if failed {
                    Err(Status::aborted(""))
                } else {
                    Ok(())
                }
            }
        });
        result.await.expect("the third one");
        assert_eq!(tries.get(), 3);
    }
}
