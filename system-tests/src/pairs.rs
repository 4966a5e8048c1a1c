//! Which orders' traces were kept on both sides of the queue, on none, or on one alone: from the
//! exported spans.

mod later;
mod story;

use std::collections::HashSet;
use std::fmt;

use crate::ledger::{Acknowledged, LedgerSpan};

pub use later::Later;
use story::{OF_A_CHECKOUT, Story};

/// Shares that a later sampler might keep, in thousandths.
const LATER: [u64; 5] = [500, 250, 100, 50, 10];

/// What became of both traces of each order.
#[derive(Debug, Default)]
pub struct Pairs {
    /// How many orders were judged.
    pub orders: usize,
    /// Kept on both sides.
    pub kept: usize,
    /// Nothing of either side.
    pub dropped: usize,
    /// Orders of which one side alone was kept.
    pub broken: Vec<String>,
    /// Kept orders whose checkout or whose work lacks a span.
    pub torn: Vec<String>,
    /// Spans whose parent is nowhere.
    pub orphans: usize,
    /// Batches that were recorded, and how many of them hold messages of both fates.
    pub batches: (usize, usize),
    /// What samplers behind us would make of it, one for each share.
    pub later: Vec<Later>,
}

impl Pairs {
    /// Judges `orders` by `spans`.
    #[must_use]
    pub fn of(spans: &[LedgerSpan], orders: &[Acknowledged]) -> Self {
        let ids: HashSet<_> = spans.iter().map(|span| (span.trace, span.id)).collect();
        let is_orphan =
            |span: &&LedgerSpan| span.parent != 0 && !ids.contains(&(span.trace, span.parent));
        let story = Story::of(spans);
        let mut pairs = Self {
            orders: orders.len(),
            orphans: spans.iter().filter(is_orphan).count(),
            ..Self::default()
        };
        for order in orders {
            pairs.judge(order, &story);
        }
        let batches = story.batches.values();
        let mixed = batches.filter(|batch| {
            let known = |(trace, _): &&(u128, u64)| story.checkouts.contains_key(trace);
            let kept = batch.links.iter().filter(known).count();
            kept > 0 && kept < batch.links.len()
        });
        pairs.batches = (story.batches.len(), mixed.count());
        pairs.later = LATER.map(|share| Later::of(share, &story)).into();
        pairs
    }

    /// True when every order is whole on both sides or nowhere, here and for each later sampler.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let later = self.later.iter().all(|later| later.broken == 0);
        self.broken.is_empty() && self.torn.is_empty() && self.orphans == 0 && later
    }

    fn judge(&mut self, order: &Acknowledged, story: &Story<'_>) {
        let checkout = story.checkouts.get(&order.trace_id);
        let work = story.work.get(&order.trace_id);
        match (checkout, work) {
            (None, None) => self.dropped += 1,
            (Some(checkout), Some(work)) => {
                self.kept += 1;
                let whole = OF_A_CHECKOUT
                    .iter()
                    .all(|name| checkout.names.contains(name));
                // What comes a second time has nothing to do.
                let worked = work
                    .iter()
                    .any(|process| story.parents.contains(&(process.trace, process.id)));
                let in_batch = work
                    .iter()
                    .all(|process| story.batches.contains_key(&process.trace));
                if !(whole && worked && in_batch) {
                    self.torn.push(order.order_id.clone());
                }
            }
            _ => self.broken.push(order.order_id.clone()),
        }
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} orders: {} kept on both sides, {} on none, {} broken; {} not whole, {} orphans",
            self.orders,
            self.kept,
            self.dropped,
            self.broken.len(),
            self.torn.len(),
            self.orphans,
        )?;
        let (batches, mixed) = self.batches;
        write!(
            f,
            "{batches} batches recorded, {mixed} of them with messages of both fates"
        )?;
        for later in &self.later {
            let percent = later.share as f64 / 10.0;
            write!(
                f,
                "\nof these a later sampler at {percent} % keeps {} checkouts; {} batches broken; \
                 {} orders' work kept along",
                later.kept, later.broken, later.along
            )?;
        }
        for (name, list) in [("broken", &self.broken), ("not whole", &self.torn)] {
            if !list.is_empty() {
                let some: Vec<_> = list.iter().take(5).map(String::as_str).collect();
                write!(f, "\n{name}: {}", some.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
