//! Waiting for a trace: its spans arrive late and in pieces, one exporter at a time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::collect::Collected;
use crate::http_client::RequestError;

const POLL: Duration = Duration::from_millis(200);

/// Unchanged for so long is "stopped growing".
const QUIET: Duration = Duration::from_secs(1);

/// Fetches until the answer has been there unchanged for a second, or `wait` is over; then gives what there is.
pub(crate) async fn settled<F>(
    wait: Duration,
    mut fetch: impl FnMut() -> F,
) -> Result<Option<Collected>, RequestError>
where
    F: Future<Output = Result<Option<Collected>, RequestError>>,
{
    let deadline = Instant::now() + wait;
    let mut size = 0;
    let mut unchanged_since = Instant::now();
    loop {
        let collected = fetch().await?;
        let size_now = collected.as_ref().map_or(0, Collected::size);
        let now = Instant::now();
        if size_now != size {
            (size, unchanged_since) = (size_now, now);
        }
        let quiet = collected.is_some() && now - unchanged_since >= QUIET;
        if quiet || now >= deadline {
            return Ok(collected);
        }
        sleep(POLL.min(deadline - now)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Fetched;
    use crate::trace::Trace;

    fn of_links(count: usize) -> Collected {
        let mut trace = Trace::default();
        trace
            .linked_from
            .resize_with(count, || crate::trace::BackLink {
                trace_id: String::new(),
                span_id: String::new(),
                service: String::new(),
                name: String::new(),
                kind: crate::trace::Kind::Consumer,
                to_span_id: String::new(),
            });
        let first = Fetched {
            trace,
            raw: serde_json::Value::Null,
        };
        Collected {
            first,
            linked: Vec::new(),
            left_out: 0,
        }
    }

    /// Fetches find nothing, nothing, then one more each time up to `final_count`.
    async fn wait_for(wait: Duration, final_count: usize) -> (Option<usize>, Duration) {
        let start = Instant::now();
        let mut fetches = 0;
        let settled = settled(wait, || {
            fetches += 1;
            let found = (fetches > 2).then(|| of_links((fetches - 2).min(final_count)));
            async { Ok(found) }
        });
        let settled = settled.await.unwrap();
        (
            settled.map(|collected| collected.first.trace.linked_from.len()),
            start.elapsed(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_growing_trace_is_taken_when_it_has_been_quiet_for_a_second() {
        let (len, waited) = wait_for(Duration::from_secs(30), 5).await;
        assert_eq!(len, Some(5));
        assert!(
            waited >= Duration::from_secs(2) && waited < Duration::from_secs(4),
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_trace_that_is_not_there_is_not_quiet() {
        let (start, late) = (Instant::now(), Duration::from_secs(3));
        let found = |after: Duration| (after >= late).then(|| of_links(1));
        let settled = settled(Duration::from_secs(30), || async {
            Ok(found(start.elapsed()))
        });
        assert!(settled.await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_deadline_what_is_there_is_taken() {
        let (len, waited) = wait_for(Duration::from_secs(3), usize::MAX).await;
        assert!(len.is_some_and(|len| len > 5));
        assert_eq!(waited.as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trace_that_never_comes_is_nothing_after_the_deadline() {
        let (len, waited) = wait_for(Duration::from_millis(150), 5).await;
        assert_eq!(len, None);
        assert!(
            waited >= Duration::from_millis(150) && waited < Duration::from_millis(200),
            "{waited:?}"
        );
    }
}
