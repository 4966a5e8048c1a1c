//! The export's end of a queue: takes batches and sends them, on the export runtime.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc as reply;

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::time::{sleep, timeout};

use super::losses::Failures;
use super::queue::Shared;

/// Where batches go.
pub(super) trait Sink: Send + Sync + 'static {
    type Item: Send + 'static;

    fn export(&self, batch: Vec<Self::Item>) -> impl Future<Output = OTelSdkResult> + Send;

    /// No export comes after this.
    fn shutdown(&self);
}

/// What the program asks for. The answer is that it is done.
#[derive(Debug)]
pub(super) enum Command {
    Flush(reply::Sender<()>),
    Stop(Option<reply::Sender<()>>),
}

pub(super) struct Worker<S: Sink> {
    sink: S,
    queue: Receiver<S::Item>,
    shared: Arc<Shared>,
    failures: Failures,
}

impl<S: Sink> Worker<S> {
    pub(super) fn new(sink: S, queue: Receiver<S::Item>, shared: Arc<Shared>) -> Self {
        Self {
            sink,
            queue,
            failures: Failures::new(shared.signal.plural()),
            shared,
        }
    }

    /// Exports whenever there is a batch or the schedule's delay has passed, until it is stopped.
    pub(super) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        let batch = self.shared.settings.batch;
        let shared = Arc::clone(&self.shared);
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(Command::Flush(done)) => {
                        self.export(self.queue.len()).await;
                        let _ = done.send(());
                    }
                    Some(Command::Stop(done)) => {
                        self.finish().await;
                        // Who asked may have given up.
                        let _ = done.map(|done| done.send(()));
                        return;
                    }
                    None => return self.finish().await,
                },
                // Whole batches only, and those of this moment only: under a load that never
                // ends, commands must have their turn.
                () = shared.full_batch.notified() => {
                    self.export(self.queue.len() / batch * batch).await;
                }
                () = sleep(shared.settings.delay) => self.export(self.queue.len()).await,
            }
        }
    }

    /// Exports `due` items of the queue, batch by batch.
    async fn export(&mut self, mut due: usize) {
        while due > 0 {
            let batch = self.take(due).await;
            if batch.is_empty() {
                return;
            }
            due -= batch.len();
            self.send(batch).await;
        }
    }

    /// Takes no more, and exports what is there.
    async fn finish(&mut self) {
        self.queue.close();
        loop {
            let batch = self.take(usize::MAX).await;
            if batch.is_empty() {
                break;
            }
            self.send(batch).await;
        }
        self.sink.shutdown();
    }

    /// A batch of what waits, `most` at most; waits for an item that is just being pushed. Taken all
    /// at once, because giving the places in the queue back costs as much as taking an item.
    async fn take(&mut self, most: usize) -> Vec<S::Item> {
        let most = most.min(self.shared.settings.batch);
        let mut batch = Vec::with_capacity(most.min(self.queue.len()));
        self.queue.recv_many(&mut batch, most).await;
        batch
    }

    async fn send(&mut self, batch: Vec<S::Item>) {
        let counts = &self.shared.counts;
        let size = batch.len() as u64;
        let limit = self.shared.settings.timeout;
        counts.in_flight.store(size, Ordering::Relaxed);
        let result = timeout(limit, self.sink.export(batch)).await;
        let result = result.unwrap_or(Err(OTelSdkError::Timeout(limit)));
        let number = match &result {
            Ok(()) => &counts.exported,
            Err(OTelSdkError::Timeout(_)) => &counts.timed_out,
            Err(_) => &counts.failed,
        };
        number.fetch_add(size, Ordering::Relaxed);
        counts.in_flight.store(0, Ordering::Relaxed);
        self.failures.tell(&result, size);
    }
}
