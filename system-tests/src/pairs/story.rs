//! Spans by the part that they play in an order.

use std::collections::{HashMap, HashSet};

use crate::ledger::{Kind, LedgerSpan};

/// Spans without which a checkout's trace is not whole.
pub(super) const OF_A_CHECKOUT: [&str; 3] =
    ["POST /checkout", "GET /quote/{sku}", "send order.created"];
pub(super) const PROCESS: &str = "process order.created";
pub(super) const BATCH: &str = "process_batch order.created";

/// The spans by the part that they play.
pub(super) struct Story<'s> {
    /// The traces that the gateway began.
    pub(super) checkouts: HashMap<u128, Checkout<'s>>,
    /// The process spans by the trace that they link to.
    pub(super) work: HashMap<u128, Vec<&'s LedgerSpan>>,
    /// The batch spans by their own trace.
    pub(super) batches: HashMap<u128, &'s LedgerSpan>,
    /// Whatever has a child.
    pub(super) parents: HashSet<(u128, u64)>,
}

pub(super) struct Checkout<'s> {
    pub(super) names: HashSet<&'s str>,
    pub(super) random: u64,
}

impl<'s> Story<'s> {
    pub(super) fn of(spans: &'s [LedgerSpan]) -> Self {
        let parents = spans.iter().map(|span| (span.trace, span.parent)).collect();
        let mut story = Self {
            checkouts: HashMap::new(),
            work: HashMap::new(),
            batches: HashMap::new(),
            parents,
        };
        for span in spans {
            match (span.kind, &*span.name) {
                (Kind::Consumer, PROCESS) => {
                    for (trace, _) in &*span.links {
                        story.work.entry(*trace).or_default().push(span);
                    }
                }
                (Kind::Consumer, BATCH) => {
                    story.batches.insert(span.trace, span);
                }
                (_, name) => story.note(span, name),
            }
        }
        story.checkouts.retain(|_, checkout| {
            let of_one = |name: &&str| OF_A_CHECKOUT.contains(name);
            checkout.names.iter().any(of_one)
        });
        story
    }

    fn note(&mut self, span: &'s LedgerSpan, name: &'s str) {
        let random = span.random;
        let checkout = self.checkouts.entry(span.trace);
        let checkout = checkout.or_insert_with(|| Checkout {
            names: HashSet::new(),
            random,
        });
        checkout.names.insert(name);
    }
}
