//! What a sampler behind us would keep of what was recorded.

use std::collections::HashSet;

use super::story::Story;

/// A later sampler that keeps a share of what was recorded, by the traces' random numbers.
#[derive(Debug)]
pub struct Later {
    /// In thousandths.
    pub share: u64,
    /// Recorded checkouts that it keeps.
    pub kept: usize,
    /// Batches that it keeps with none of their checkouts, or drops with one of them.
    pub broken: usize,
    /// Recorded orders whose work it keeps, for another message's sake, without their checkout.
    pub along: usize,
}

impl Later {
    pub(super) fn of(share: u64, story: &Story<'_>) -> Self {
        let threshold = (1 << 56) / 1000 * (1000 - share);
        let keeps = |random: u64| random >= threshold;
        let mut later = Self {
            share,
            kept: story
                .checkouts
                .values()
                .filter(|checkout| keeps(checkout.random))
                .count(),
            broken: 0,
            along: 0,
        };
        for batch in story.batches.values() {
            let traces = batch.links.iter().map(|(trace, _)| trace);
            let recorded: HashSet<_> = traces
                .filter(|trace| story.checkouts.contains_key(trace))
                .collect();
            let kept = recorded
                .iter()
                .filter(|trace| keeps(story.checkouts[**trace].random))
                .count();
            later.broken += usize::from(keeps(batch.random) != (kept > 0));
            if keeps(batch.random) {
                later.along += recorded.len() - kept;
            }
        }
        later
    }
}
