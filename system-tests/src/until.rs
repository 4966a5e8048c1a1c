//! Waiting for what nobody announces.

use std::time::{Duration, Instant};

/// Asks again until there is an answer.
///
/// # Panics
/// When there is none within `patience`.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut there: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = there().await {
            return found;
        }
        assert!(Instant::now() < deadline, "no {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
