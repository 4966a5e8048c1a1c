//! The orders that the shop has acknowledged in this run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use contracts::Fault;

use crate::draw::{Cart, Line};

/// So many of the latest orders are asked for and sent again.
const RECENT: usize = 1000;

/// A checkout as it was sent, so that it can be sent again.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) key: String,
    pub(crate) cart: Cart,
}

/// An order that the shop has promised.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) order_id: String,
    /// The trace that the shop named.
    pub(crate) trace_id: Option<String>,
    /// The trace of the request that placed it.
    pub(crate) client_trace_id: Option<String>,
    /// What the checkout asked for.
    pub(crate) fault: Option<Fault>,
    pub(crate) idempotency_key: String,
    pub(crate) lines: Vec<Line>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct OrderBook(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    all: Vec<Acknowledged>,
    /// The latest checkouts with the orders that they became.
    recent: VecDeque<(Arc<Sent>, String)>,
    /// Not known to be final, the latest last.
    open: VecDeque<String>,
}

impl OrderBook {
    pub(crate) fn acknowledge(&self, order: Acknowledged, sent: Arc<Sent>) {
        let mut entries = self.entries();
        entries.open.push_back(order.order_id.clone());
        entries.recent.push_back((sent, order.order_id.clone()));
        if entries.recent.len() > RECENT {
            entries.recent.pop_front();
        }
        if entries.open.len() > RECENT {
            entries.open.pop_front();
        }
        entries.all.push(order);
    }

    /// The latest order that is not known to be final, else one of the latest; `None` before the
    /// first.
    pub(crate) fn to_ask_for(&self, pick: usize) -> Option<String> {
        let mut entries = self.entries();
        let open = entries.open.pop_back();
        open.or_else(|| {
            entries
                .recent_one(pick)
                .map(|(_, order_id)| order_id.clone())
        })
    }

    /// It was asked for and is not final.
    pub(crate) fn still_open(&self, order_id: String) {
        self.entries().open.push_back(order_id);
    }

    /// A checkout to send again, and the order that it became.
    pub(crate) fn to_send_again(&self, pick: usize) -> Option<(Arc<Sent>, String)> {
        self.entries().recent_one(pick).cloned()
    }

    /// So many orders were acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.entries().all.len()
    }

    /// All of them, in the order of their acknowledgement.
    pub(crate) fn all(&self) -> Vec<Acknowledged> {
        self.entries().all.clone()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().expect("nothing panics while it is held")
    }
}

impl Entries {
    fn recent_one(&self, pick: usize) -> Option<&(Arc<Sent>, String)> {
        self.recent.get(pick.checked_rem(self.recent.len())?)
    }
}
