//! Which failures of a database are worth another try, how often and after which wait.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::time::sleep;

/// SQLSTATEs after which the same statements may well succeed: what they did was undone, or the
/// server went away and comes back.
///
/// Source: PostgreSQL's manual, appendix A, "PostgreSQL Error Codes".
const TRANSIENT: [&str; 6] = [
    "40001", // serialization_failure
    "40P01", // deadlock_detected
    "57P01", // admin_shutdown
    "57P02", // crash_shutdown
    "57P03", // cannot_connect_now
    "08006", // connection_failure
];

/// The waits between the tries. Short: somebody waits for the answer.
const WAITS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(150)];

/// A failure that another try may cure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The try that failed, from 1.
    pub attempt: usize,
    /// How long to wait before the next one.
    pub delay: Duration,
}

/// An error behind which a database's own may stand.
pub trait OfDatabase {
    /// What the database said; `None` when it is not to blame.
    fn of_database(&self) -> Option<&sqlx::Error>;
}

impl OfDatabase for sqlx::Error {
    fn of_database(&self) -> Option<&sqlx::Error> {
        Some(self)
    }
}

/// Does `work`, three times at most when the database fails in a way that another try may cure.
/// Before each other try `told` hears why.
///
/// Only for work that may be done twice with the effect of once: after a broken connection nobody
/// knows whether it was done.
///
/// # Errors
/// That of the last try.
pub async fn retrying<T, E, W>(
    work: impl Fn() -> W,
    told: impl Fn(Retry, &sqlx::Error),
) -> Result<T, E>
where
    E: OfDatabase,
    W: Future<Output = Result<T, E>>,
{
    for (attempt, delay) in (1..).zip(WAITS) {
        let outcome = work().await;
        let failure = outcome.as_ref().err().and_then(E::of_database);
        let Some(error) = failure.filter(|error| is_transient(error)) else {
            return outcome;
        };
        told(Retry { attempt, delay }, error);
        sleep(delay).await;
    }
    work().await
}

fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| TRANSIENT.contains(&code.as_ref())),
        sqlx::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// How often work that always fails like this is done, and after which waits.
    async fn tries(error: impl Fn() -> sqlx::Error) -> (usize, Vec<Retry>) {
        let (done, told) = (RefCell::new(0), RefCell::default());
        let work = || {
            *done.borrow_mut() += 1;
            std::future::ready(Err::<(), _>(error()))
        };
        let tell = |retry, _: &sqlx::Error| {
            let told: &RefCell<Vec<_>> = &told;
            told.borrow_mut().push(retry);
        };
        retrying(work, tell).await.unwrap_err();
        (done.into_inner(), told.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_connection_is_tried_again_twice_and_no_more() {
        for kind in [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe] {
            let (done, told) = tries(|| sqlx::Error::Io(kind.into())).await;
            assert_eq!(done, 3);
            assert_eq!(told.iter().map(|r| r.attempt).collect::<Vec<_>>(), [1, 2]);
            assert!(told[0].delay < told[1].delay, "{told:?}");
        }
    }

    #[tokio::test]
    async fn what_would_fail_again_is_not_tried_again() {
        let refused = || sqlx::Error::Io(ErrorKind::PermissionDenied.into());
        assert_eq!(tries(refused).await, (1, Vec::new()));
        assert_eq!(tries(|| sqlx::Error::RowNotFound).await.0, 1);
        assert_eq!(tries(|| sqlx::Error::PoolTimedOut).await.0, 1);
    }
}
