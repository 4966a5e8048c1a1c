//! The orders that were accepted lately, in memory: what to answer while fulfillment has not
//! heard of them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// More than a busy minute, less than 2 MB.
const CAPACITY: usize = 10_000;

/// Order ids with their checkout's trace id; the oldest go first.
#[derive(Debug)]
pub(crate) struct RecentOrders {
    capacity: usize,
    orders: Mutex<Orders>,
}

#[derive(Debug, Default)]
struct Orders {
    by_id: HashMap<Uuid, Option<String>>,
    by_age: VecDeque<Uuid>,
}

impl RecentOrders {
    pub(crate) fn new() -> Self {
        Self {
            capacity: CAPACITY,
            orders: Mutex::default(),
        }
    }

    pub(crate) fn remember(&self, id: Uuid, checkout_trace_id: Option<String>) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.by_age.len() >= self.capacity
            && let Some(oldest) = orders.by_age.pop_front()
        {
            orders.by_id.remove(&oldest);
        }
        orders.by_age.push_back(id);
        orders.by_id.insert(id, checkout_trace_id);
    }

    /// The trace id of a recent checkout, `Some(None)` when it was not traced.
    pub(crate) fn find(&self, id: Uuid) -> Option<Option<String>> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.by_id.get(&id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_order_is_known_with_its_trace() {
        let (recent, id) = (RecentOrders::new(), Uuid::now_v7());
        recent.remember(id, Some("abc".to_owned()));
        assert_eq!(recent.find(id), Some(Some("abc".to_owned())));
        assert_eq!(recent.find(Uuid::now_v7()), None);
    }

    #[test]
    fn the_oldest_order_is_forgotten_first_and_memory_stays_bounded() {
        let mut recent = RecentOrders::new();
        recent.capacity = 2;
        let ids = [1, 2, 3].map(Uuid::from_u128);
        ids.iter().for_each(|id| recent.remember(*id, None));
        assert_eq!(ids.map(|id| recent.find(id).is_some()), [false, true, true]);
        assert_eq!(recent.orders.lock().unwrap().by_id.len(), 2);
    }
}
