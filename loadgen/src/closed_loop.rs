//! The closed loop, for comparison: each worker waits for its answer before it asks again, and so
//! asks less when the shop is slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared_telemetry::task;

use crate::run::Run;
use crate::schedule::Length;

/// How many ask, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Workers {
    pub(crate) workers: usize,
    pub(crate) length: Length,
    pub(crate) warm_up: Duration,
}

/// What the workers share.
#[derive(Debug)]
struct Shift {
    run: Arc<Run>,
    length: Length,
    counted_from: Instant,
    /// The next customer.
    next: AtomicU64,
    counted: AtomicU64,
}

/// Runs until the time is up, the count is reached or the run is asked to stop.
pub(crate) async fn run(run: Arc<Run>, settings: Workers) {
    let shift = Arc::new(Shift {
        length: settings.length,
        counted_from: Instant::now() + settings.warm_up,
        next: AtomicU64::new(0),
        counted: AtomicU64::new(0),
        run,
    });
    shift.run.begin(shift.counted_from);
    let worker = |shift: Arc<Shift>| task::spawn(async move { shift.work().await });
    let workers: Vec<_> = (0..settings.workers)
        .map(|_| worker(Arc::clone(&shift)))
        .collect();
    for worker in workers {
        // A worker that panicked has said so on standard error.
        let _ = worker.await;
    }
}

impl Shift {
    async fn work(&self) {
        while !self.run.stop.is_requested() {
            let due = Instant::now();
            let measured = due >= self.counted_from;
            if measured && !self.has_more(due) {
                return;
            }
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            self.run.serve(number, due, measured).await;
        }
    }

    fn has_more(&self, now: Instant) -> bool {
        match self.length {
            Length::Time(time) => now < self.counted_from + time,
            Length::Count(count) => self.counted.fetch_add(1, Ordering::Relaxed) < count,
        }
    }
}
