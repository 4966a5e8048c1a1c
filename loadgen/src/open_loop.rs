//! The open loop: requests are sent when they are due, whether or not the shop keeps up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shared_telemetry::task;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

use crate::run::Run;
use crate::schedule::{Arrival, Schedule};
use crate::tally::Dropped;

/// The dispatcher looks up so often, whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// What may be under way at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// On the wire.
    pub(crate) in_flight: usize,
    /// Due, and waiting for one of these to come back.
    pub(crate) waiting: usize,
}

/// Who is on the wire and who waits.
#[derive(Debug)]
struct Line {
    run: Arc<Run>,
    bounds: Bounds,
    slots: Semaphore,
    inside: AtomicUsize,
    /// The start of the warm-up.
    start: Instant,
    warm_up: Duration,
}

/// Runs the whole schedule and waits for the answers, or until the run is asked to stop.
///
/// # Errors
/// When there is no thread for the dispatcher.
pub(crate) async fn run(run: Arc<Run>, schedule: Schedule, bounds: Bounds) -> std::io::Result<()> {
    let line = Arc::new(Line {
        slots: Semaphore::new(bounds.in_flight),
        inside: AtomicUsize::new(0),
        start: Instant::now(),
        warm_up: schedule.warm_up,
        bounds,
        run,
    });
    line.run.begin(line.start + schedule.warm_up);
    // Held by the dispatcher and by each request: it closes when all of them are done.
    let (under_way, mut nobody_left) = mpsc::channel::<()>(1);
    let dispatcher = {
        let (line, runtime) = (Arc::clone(&line), Handle::current());
        move || line.dispatch(schedule, &runtime, &under_way)
    };
    // A thread, because the timer of the runtime is good for whole milliseconds only.
    task::thread("dispatcher", dispatcher)?;

    let end = schedule.warm_up + schedule.duration() + line.run.patience;
    tokio::select! {
        _ = nobody_left.recv() => return Ok(()),
        () = line.run.stop.requested() => {}
        // Who still waits when even the last request should have been answered goes home.
        () = tokio::time::sleep(end) => {}
    }
    line.slots.close();
    nobody_left.recv().await;
    Ok(())
}

impl Line {
    fn dispatch(self: &Arc<Self>, schedule: Schedule, runtime: &Handle, token: &mpsc::Sender<()>) {
        let _runtime = runtime.enter();
        for (number, arrival) in (0..).zip(schedule.arrivals(self.run.customers.seed)) {
            let due = self.start + arrival.at;
            loop {
                if self.run.stop.is_requested() {
                    return;
                }
                let left = due.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                std::thread::sleep(left.min(NAP));
            }
            self.admit(number, arrival, token);
        }
    }

    fn admit(self: &Arc<Self>, number: u64, arrival: Arrival, token: &mpsc::Sender<()>) {
        let most = self.bounds.in_flight + self.bounds.waiting;
        if self.inside.load(Ordering::Relaxed) >= most {
            self.give_up(arrival, Dropped::LineFull);
            return;
        }
        self.inside.fetch_add(1, Ordering::Relaxed);
        let (line, token) = (Arc::clone(self), token.clone());
        task::spawn(async move {
            line.attend(number, arrival).await;
            line.inside.fetch_sub(1, Ordering::Relaxed);
            drop(token);
        });
    }

    async fn attend(&self, number: u64, arrival: Arrival) {
        let Ok(_slot) = self.slots.acquire().await else {
            self.give_up(arrival, Dropped::Stopped);
            return;
        };
        let due = self.start + arrival.at;
        self.run.serve(number, due, arrival.measured).await;
    }

    fn give_up(&self, arrival: Arrival, why: Dropped) {
        if arrival.measured {
            let due = arrival.at - self.warm_up;
            self.run.tally().dropped(why, due);
        }
    }
}
