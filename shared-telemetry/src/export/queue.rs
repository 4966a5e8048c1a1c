//! The bounded queue between the program and the export.
//!
//! Whoever ends a span must never wait for a collector. So a full queue drops: the newest span is
//! given up, counted, and the request goes on. There is no lock that an export could hold, and
//! no send that could block; what the program pays for one span is one compare-and-swap and the
//! move of its data.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc as reply;
use std::time::{Duration, Instant};

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Sender, UnboundedSender};

use super::losses::tell_dropping;
use super::worker::{Command, Sink, Worker};
use crate::config::QueueSettings;

/// The program's end of one signal's way out.
#[derive(Debug)]
pub(crate) struct Exporting<T> {
    items: Sender<T>,
    commands: UnboundedSender<Command>,
    shared: Arc<Shared>,
}

/// What both ends of a queue know.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) signal: Signal,
    pub(super) settings: QueueSettings,
    pub(super) counts: Counts,
    /// There is a whole batch.
    pub(super) full_batch: Notify,
    pub(super) dropping: AtomicBool,
    pub(super) dropping_began: Notify,
}

/// What goes through a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Spans,
    /// Of another program.
    RelayedSpans,
    LogRecords,
}

/// What became of everything that ended. Each thing is in one of these numbers, or still waits.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Dropped, because the queue was full.
    pub(super) queue_full: AtomicU64,
    /// Came after the end.
    pub(super) already_shutdown: AtomicU64,
    /// With the exporter at this moment.
    pub(super) in_flight: AtomicU64,
    pub(super) exported: AtomicU64,
    pub(super) timed_out: AtomicU64,
    /// Not taken by the collector, or no collector was there.
    pub(super) failed: AtomicU64,
}

impl Counts {
    pub(super) fn read(number: &AtomicU64) -> u64 {
        number.load(Ordering::Relaxed)
    }
}

impl Signal {
    /// For messages.
    pub(super) const fn plural(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::RelayedSpans => "relayed spans",
            Self::LogRecords => "log records",
        }
    }

    pub(super) const fn queue_variable(self) -> &'static str {
        match self {
            Self::Spans | Self::RelayedSpans => "OTEL_BSP_MAX_QUEUE_SIZE",
            Self::LogRecords => "OTEL_BLRP_MAX_QUEUE_SIZE",
        }
    }
}

impl<T: Send + std::fmt::Debug + 'static> Exporting<T> {
    /// Starts to export into `sink` what is pushed.
    pub(super) fn start<S: Sink<Item = T>>(
        signal: Signal,
        settings: QueueSettings,
        sink: S,
        runtime: &Handle,
    ) -> Arc<Self> {
        let (items, queue) = mpsc::channel(settings.capacity);
        let (commands, commanded) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            signal,
            settings,
            counts: Counts::default(),
            full_batch: Notify::new(),
            dropping: AtomicBool::new(false),
            dropping_began: Notify::new(),
        });
        runtime.spawn(tell_dropping(Arc::clone(&shared)));
        runtime.spawn(Worker::new(sink, queue, Arc::clone(&shared)).run(commanded));
        Arc::new(Self {
            items,
            commands,
            shared,
        })
    }

    /// Takes `item` over, or drops it. Never waits.
    pub(crate) fn push(&self, item: T) {
        match self.items.try_send(item) {
            Ok(()) => {
                if self.waiting() >= self.shared.settings.batch {
                    self.shared.full_batch.notify_one();
                }
            }
            Err(TrySendError::Full(_)) => self.dropped(),
            Err(TrySendError::Closed(_)) => {
                let late = &self.shared.counts.already_shutdown;
                late.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[cold]
    fn dropped(&self) {
        let shared = &self.shared;
        shared.counts.queue_full.fetch_add(1, Ordering::Relaxed);
        if !shared.dropping.load(Ordering::Relaxed) && !shared.dropping.swap(true, Ordering::AcqRel)
        {
            // Told by another thread: a request does not write the warning.
            shared.dropping_began.notify_one();
        }
    }

    /// How many wait in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.items.max_capacity() - self.items.capacity()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// How many ended and will not arrive, once the export has stopped.
    pub(super) fn undelivered(&self) -> u64 {
        let counts = &self.shared.counts;
        let lost = [
            &counts.queue_full,
            &counts.timed_out,
            &counts.failed,
            &counts.in_flight,
        ];
        let lost: u64 = lost.into_iter().map(Counts::read).sum();
        lost + self.waiting() as u64
    }

    /// Has everything that waits exported, and waits for it.
    pub(super) fn flush(&self) -> OTelSdkResult {
        let (done, finished) = reply::channel();
        let sent = self.commands.send(Command::Flush(done));
        sent.map_err(|_ended| OTelSdkError::AlreadyShutdown)?;
        wait(&finished, self.shared.settings.timeout)
    }

    /// Takes no more and begins to export what waits.
    pub(super) fn begin_stop(&self) {
        // Nobody there: it has stopped before.
        let _ = self.commands.send(Command::Stop(None));
    }

    /// The same, and waits until all is exported or given up, at most for `limit`.
    pub(super) fn stop(&self, limit: Duration) -> OTelSdkResult {
        let (done, finished) = reply::channel();
        match self.commands.send(Command::Stop(Some(done))) {
            Ok(()) => wait(&finished, limit),
            Err(_ended) => Ok(()),
        }
    }
}

fn wait(finished: &reply::Receiver<()>, limit: Duration) -> OTelSdkResult {
    match finished.recv_timeout(limit) {
        // A worker that ended has no answer to give, and nothing left.
        Ok(()) | Err(reply::RecvTimeoutError::Disconnected) => Ok(()),
        Err(reply::RecvTimeoutError::Timeout) => Err(OTelSdkError::Timeout(limit)),
    }
}

/// The time left until `deadline`.
pub(super) fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}
