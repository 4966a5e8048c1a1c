//! The connections of one listener: how many there are, who is overdue, who makes room.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::progress::{Overdue, Progress};
use super::refusals::{Reason, Refusals};
use super::{Limits, Protocol};

/// All connections of a listener.
#[derive(Debug)]
pub(super) struct Connections {
    limits: Limits,
    open: Mutex<Open>,
    /// Everybody is busy, and the listener wants to know when somebody no longer is.
    wanted: AtomicBool,
    freed: Notify,
    parting: CancellationToken,
}

#[derive(Debug, Default)]
struct Open {
    by_number: HashMap<u64, Arc<Handle>>,
    next: u64,
}

/// What a connection and its listener share.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) progress: Progress,
    /// Finish what was begun and close.
    pub(super) part: CancellationToken,
    /// Close.
    pub(super) cut: CancellationToken,
}

/// A connection's place among the others, until it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    number: u64,
    pub(super) handle: Arc<Handle>,
    connections: Arc<Connections>,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
            wanted: AtomicBool::new(false),
            freed: Notify::new(),
            parting: CancellationToken::new(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.open().by_number.len()
    }

    pub(super) fn enter(self: &Arc<Self>, protocol: Protocol) -> Entry {
        let handle = Arc::new(Handle {
            progress: Progress::new(protocol),
            part: self.parting.child_token(),
            cut: CancellationToken::new(),
        });
        let mut open = self.open();
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Arc::clone(&handle));
        Entry {
            number,
            handle,
            connections: Arc::clone(self),
        }
    }

    /// Resolves when a connection is no longer busy, after [`Self::make_room`] could do nothing.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Called when a connection has ended a request.
    pub(super) fn no_longer_busy(&self) {
        if self.wanted.swap(false, Ordering::SeqCst) {
            self.freed.notify_one();
        }
    }

    /// Whether one more can come in, sending somebody away when all places are taken. False when
    /// everybody is busy.
    pub(super) fn make_room(&self, refusals: &Refusals) -> bool {
        if self.count() < self.limits.connections {
            return true;
        }
        // Looked at after the wish is known, so that an end in between is not missed.
        self.wanted.store(true, Ordering::SeqCst);
        let evicted = self.evict();
        if evicted {
            refusals.count(Reason::NoRoom);
        }
        evicted || self.count() < self.limits.connections
    }

    /// Sends away who has waited longest without a request; false when nobody waits.
    pub(super) fn evict(&self) -> bool {
        let mut open = self.open();
        let waiting = open
            .by_number
            .iter()
            .filter_map(|(number, handle)| Some((handle.progress.waiting()?, *number)));
        let Some((_, longest)) = waiting.min() else {
            return false;
        };
        if let Some(handle) = open.by_number.remove(&longest) {
            handle.cut.cancel();
        }
        true
    }

    /// Closes who has taken too long.
    pub(super) fn end_overdue(&self, refusals: &Refusals) {
        for handle in self.open().by_number.values() {
            match handle.progress.overdue(&self.limits) {
                None => {}
                // Nothing was refused: that is how connections end. Asked first, told second.
                Some(Overdue::Idle) if !handle.part.is_cancelled() => handle.part.cancel(),
                Some(Overdue::Idle | Overdue::Closing) => handle.cut.cancel(),
                Some(Overdue::Head) => {
                    refusals.count(Reason::SlowHead);
                    handle.cut.cancel();
                }
                Some(Overdue::Answer) => {
                    refusals.count(Reason::SlowAnswer);
                    handle.cut.cancel();
                }
            }
        }
    }

    /// Closes who has nothing under way.
    pub(super) fn cut_waiting(&self) {
        for handle in self.open().by_number.values() {
            if handle.progress.waiting().is_some() {
                handle.cut.cancel();
            }
        }
    }

    /// Asks all of them to finish what they have begun.
    pub(super) fn part(&self) {
        self.parting.cancel();
    }
}

impl Entry {
    pub(super) fn request_begins(&self) {
        self.handle.progress.request_begins();
    }

    pub(super) fn request_ends(&self) {
        self.handle.progress.request_ends();
        self.connections.no_longer_busy();
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.connections.open().by_number.remove(&self.number);
        self.connections.no_longer_busy();
    }
}
