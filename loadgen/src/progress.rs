//! One line on a terminal that tells how the run goes.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::run::Run;

const EVERY: Duration = Duration::from_millis(250);

/// Rewrites the line on standard error for ever: the caller drops it.
pub(crate) async fn show(run: Arc<Run>) {
    let _cleared = Cleared;
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        eprint!("\r\x1b[2K{}", line(&run));
        let _ = std::io::stderr().flush();
    }
}

/// Leaves an empty line behind.
struct Cleared;

impl Drop for Cleared {
    fn drop(&mut self) {
        eprint!("\r\x1b[2K");
    }
}

fn line(run: &Run) -> String {
    let Some(time) = run.counted_for() else {
        return format!("warming up · {} in flight", run.in_flight());
    };
    let tally = run.tally().clone();
    let total = tally.total();
    let failed: u64 = total.failures.values().sum();
    let refused: u64 = total.statuses.range(400..).map(|(_, count)| count).sum();
    format!(
        "{:.1} s · {} done · {} in flight · p99 {:.1} ms · {} late · {} dropped · {} failed",
        time.as_secs_f64(),
        total.sent,
        run.in_flight(),
        total.latency.at(0.99).unwrap_or_default(),
        tally.late,
        tally.line_full + tally.stopped,
        failed + refused,
    )
}
