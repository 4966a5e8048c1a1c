//! One batch: its orders side by side, and which of them are left to be delivered again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream;
use shared_telemetry::kafka::Message;
use tokio::time::Instant;

use super::process::{OrderProcessor, Undone};
use super::redeliveries::Redeliveries;
use crate::order_store::OrderStore;
use crate::patience::BATCH;

/// So many orders of a batch are in hand at once.
const CONCURRENT_ORDERS: usize = 8;

/// A message that is to be delivered again.
pub(super) struct Left<'b, 'c> {
    pub(super) message: &'b Message<'c>,
    /// `None` when it was not even begun.
    pub(super) undone: Option<Undone>,
}

/// The work on one batch.
pub(super) struct Round<'r, S> {
    processor: &'r OrderProcessor<S>,
    redeliveries: &'r Redeliveries,
    begun: Instant,
    /// A neighbour is away: whoever begins now would only find out too.
    away: AtomicBool,
}

impl<'r, S: OrderStore> Round<'r, S> {
    pub(super) fn new(processor: &'r OrderProcessor<S>, redeliveries: &'r Redeliveries) -> Self {
        Self {
            processor,
            redeliveries,
            begun: Instant::now(),
            away: AtomicBool::new(false),
        }
    }

    /// Returns when each message is done or left.
    pub(super) async fn run<'b, 'c>(&self, messages: &'b [Message<'c>]) -> Vec<Left<'b, 'c>> {
        let turns = by_key(messages).into_iter();
        let turns: Vec<_> = turns.map(|messages| self.in_turn(messages)).collect();
        let left: Vec<_> = stream::iter(turns)
            .buffer_unordered(CONCURRENT_ORDERS)
            .collect()
            .await;
        left.into_iter().flatten().collect()
    }

    /// Who stands behind a message that is left is left too: they have one key.
    async fn in_turn<'b, 'c>(&self, messages: Vec<&'b Message<'c>>) -> Vec<Left<'b, 'c>> {
        let mut left: Vec<Left<'_, '_>> = Vec::new();
        for message in messages {
            if !left.is_empty() || self.is_over() {
                let undone = None;
                left.push(Left { message, undone });
                continue;
            }
            let earlier = self.redeliveries.earlier(message);
            let done = self
                .processor
                .process(message, earlier.deliveries, earlier.attempts);
            if let Err(undone) = done.await {
                self.away.fetch_or(undone.away, Ordering::Relaxed);
                let undone = Some(undone);
                left.push(Left { message, undone });
            }
        }
        left
    }

    /// Whether no further message is to be begun.
    fn is_over(&self) -> bool {
        self.away.load(Ordering::Relaxed) || self.begun.elapsed() >= BATCH
    }
}

/// The messages of one key stay in their order; different keys need not wait for each other.
fn by_key<'b, 'c>(messages: &'b [Message<'c>]) -> Vec<Vec<&'b Message<'c>>> {
    let mut groups: Vec<Vec<&Message<'_>>> = Vec::new();
    let mut place_of = HashMap::new();
    for message in messages {
        let place = *place_of.entry(message.key()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(message);
    }
    groups
}
