//! The queue and its worker, with an exporter that the test holds in its hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::sync::Semaphore;

use super::queue::{Counts, Exporting, Signal};
use super::runtime::ExportRuntime;
use super::worker::Sink;
use crate::config::QueueSettings;

/// Takes a batch for each permit.
struct Hand {
    permits: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
    largest: Arc<AtomicUsize>,
    at_once: AtomicBool,
}

impl Sink for Hand {
    type Item = u32;

    async fn export(&self, batch: Vec<u32>) -> OTelSdkResult {
        assert!(!self.at_once.swap(true, Ordering::SeqCst), "one by one");
        let _ended = Ended(&self.at_once);
        let permit = self.permits.acquire().await;
        permit.expect("it is not closed").forget();
        self.taken.fetch_add(batch.len(), Ordering::SeqCst);
        self.largest.fetch_max(batch.len(), Ordering::SeqCst);
        Ok(())
    }

    fn shutdown(&self) {}
}

/// An export ends when its future is dropped, too.
struct Ended<'e>(&'e AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

struct Bench {
    exporting: Arc<Exporting<u32>>,
    permits: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
    largest: Arc<AtomicUsize>,
    _runtime: ExportRuntime,
}

const LONG: Duration = Duration::from_secs(60);

const SETTINGS: QueueSettings = QueueSettings {
    capacity: 100,
    batch: 10,
    delay: LONG,
    timeout: LONG,
};

fn bench(settings: QueueSettings, permits: usize) -> Bench {
    let permits = Arc::new(Semaphore::new(permits));
    let (taken, largest) = (Arc::default(), Arc::default());
    let sink = Hand {
        permits: Arc::clone(&permits),
        taken: Arc::clone(&taken),
        largest: Arc::clone(&largest),
        at_once: AtomicBool::new(false),
    };
    let runtime = ExportRuntime::start().expect("a thread");
    Bench {
        exporting: Exporting::start(Signal::Spans, settings, sink, runtime.handle()),
        permits,
        taken,
        largest,
        _runtime: runtime,
    }
}

const MANY: usize = Semaphore::MAX_PERMITS / 2;

impl Bench {
    fn push(&self, number: u32) {
        (0..number).for_each(|item| self.exporting.push(item));
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    fn dropped(&self) -> u64 {
        Counts::read(&self.exporting.shared().counts.queue_full)
    }

    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < deadline, "{what}: {:?}", self.exporting);
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_whole_batch_is_sent_at_once_and_the_rest_waits_for_the_delay_or_the_end() {
    let bench = bench(SETTINGS, MANY);
    bench.push(25);
    bench.wait_until("two batches", || bench.taken() == 20);
    assert_eq!(bench.exporting.waiting(), 5);
    bench.exporting.stop(LONG).expect("in time");
    assert_eq!(bench.taken(), 25);
    assert_eq!(bench.exporting.undelivered(), 0);
}

#[test]
fn a_batch_that_is_not_full_is_sent_after_the_delay() {
    let delay = Duration::from_millis(1);
    let bench = bench(QueueSettings { delay, ..SETTINGS }, MANY);
    bench.push(3);
    bench.wait_until("the delay", || bench.taken() == 3);
}

#[test]
fn a_flush_sends_what_waits_and_the_queue_goes_on() {
    let bench = bench(SETTINGS, MANY);
    bench.push(3);
    bench.exporting.flush().expect("in time");
    assert_eq!(bench.taken(), 3);
    bench.push(4);
    bench.exporting.stop(LONG).expect("in time");
    assert_eq!(bench.taken(), 7);
}

#[test]
fn a_full_queue_drops_the_newest_and_counts_them() {
    let bench = bench(SETTINGS, 0);
    bench.push(10);
    let counts = &bench.exporting.shared().counts;
    bench.wait_until("the first batch is out", || {
        Counts::read(&counts.in_flight) == 10
    });
    bench.push(130);
    assert_eq!((bench.exporting.waiting(), bench.dropped()), (100, 30));
    bench.permits.add_permits(MANY);
    bench.exporting.stop(LONG).expect("in time");
    assert_eq!((bench.taken(), bench.exporting.undelivered()), (110, 30));
    assert_eq!(bench.largest.load(Ordering::SeqCst), 10);
}

#[test]
fn nothing_is_lost_or_doubled_when_many_threads_push_and_the_queue_is_stopped() {
    let bench = bench(SETTINGS, MANY);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| bench.push(50_000));
        }
    });
    bench.exporting.stop(LONG).expect("in time");
    let dropped = usize::try_from(bench.dropped()).expect("few");
    assert_eq!(bench.taken() + dropped, 200_000);
}

#[test]
fn an_export_that_does_not_end_is_given_up_and_counted_and_the_next_one_is_tried() {
    let timeout = Duration::from_millis(20);
    let bench = bench(
        QueueSettings {
            timeout,
            ..SETTINGS
        },
        0,
    );
    bench.push(20);
    let counts = &bench.exporting.shared().counts;
    bench.wait_until("both are given up", || {
        Counts::read(&counts.timed_out) == 20
    });
    assert_eq!(bench.exporting.undelivered(), 20);
}

#[test]
fn a_stop_keeps_to_its_limit_and_says_what_was_not_delivered() {
    let bench = bench(SETTINGS, 0);
    bench.push(15);
    let result = bench.exporting.stop(Duration::from_millis(10));
    assert!(
        matches!(result, Err(OTelSdkError::Timeout(_))),
        "{result:?}"
    );
    assert_eq!(bench.exporting.undelivered(), 15);
}

#[test]
fn what_comes_after_the_end_is_counted_apart_and_a_second_stop_is_no_error() {
    let bench = bench(SETTINGS, MANY);
    bench.push(15);
    bench.exporting.stop(LONG).expect("in time");
    bench.push(1);
    let late = &bench.exporting.shared().counts.already_shutdown;
    assert_eq!(Counts::read(late), 1);
    assert_eq!((bench.taken(), bench.exporting.undelivered()), (15, 0));
    bench.exporting.stop(LONG).expect("it has stopped");
}
