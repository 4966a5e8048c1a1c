//! One run of load: what open and closed loop have in common.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use crate::draw::Customers;
use crate::shop_client::Failure;
use crate::shopper::{Seen, Shopper};
use crate::stop::Stop;
use crate::tally::{Finished, Tally};

/// Customers, the shop they go to, and what was measured.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) customers: Customers,
    pub(crate) shopper: Shopper,
    pub(crate) stop: Stop,
    /// How long a request may take.
    pub(crate) patience: Duration,
    tally: Mutex<Tally>,
    in_flight: AtomicUsize,
    counted_from: OnceLock<Instant>,
}

impl Run {
    pub(crate) fn new(
        customers: Customers,
        shopper: Shopper,
        stop: Stop,
        patience: Duration,
    ) -> Self {
        Self {
            customers,
            shopper,
            stop,
            patience,
            tally: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            counted_from: OnceLock::new(),
        }
    }

    /// What is due from this moment on counts.
    pub(crate) fn begin(&self, counted_from: Instant) {
        self.counted_from.get_or_init(|| counted_from);
    }

    /// How long the counted load runs by now; `None` in the warm-up.
    pub(crate) fn counted_for(&self) -> Option<Duration> {
        Instant::now().checked_duration_since(*self.counted_from.get()?)
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("nothing panics while it is held")
    }

    /// Sends the request of customer `number`, which was due at `due`.
    pub(crate) async fn serve(&self, number: u64, due: Instant, measured: bool) {
        let draw = self.customers.number(number);
        let begun = Instant::now();
        if measured {
            self.tally().sent(begun - due);
        }
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let seen = tokio::select! {
            seen = self.shopper.serve(number, &draw) => seen,
            () = self.stop.overdue() => Seen {
                scenario: draw.scenario,
                status: None,
                failure: Some(Failure::Abandoned),
                trace_id: None,
            },
        };
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let ended = Instant::now();
        if !measured {
            self.tally().warm_up += 1;
            return;
        }
        let start = self.counted_from.get().copied().unwrap_or(due);
        self.tally().finished(Finished {
            seen,
            due: due.saturating_duration_since(start),
            latency: ended - due,
            service: ended - begun,
        });
    }
}
