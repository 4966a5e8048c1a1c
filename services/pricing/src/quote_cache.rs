//! A small memory of prices in front of the store: bounded in number and in age.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::quote::{Currency, Item};

/// Far more than the shop sells, far less than memory.
const CAPACITY: usize = 1024;

/// Items by currency and SKU. An SKU that does not exist is never kept, so nobody can fill it
/// by guessing.
#[derive(Debug)]
pub(crate) struct QuoteCache {
    ttl: Duration,
    capacity: usize,
    entries: Mutex<HashMap<(Currency, String), (Instant, Item)>>,
}

impl QuoteCache {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self {
            ttl,
            capacity: CAPACITY,
            entries: Mutex::default(),
        }
    }

    /// The item, if it was put here less than the time to live before `now`.
    pub(crate) fn get(&self, sku: &str, currency: Currency, now: Instant) -> Option<Item> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, item) = entries.get(&(currency, sku.to_owned()))?;
        (now.saturating_duration_since(*since) < self.ttl).then(|| item.clone())
    }

    /// Keeps `item`; when there is no room, the oldest one goes.
    pub(crate) fn put(&self, item: Item, now: Instant) {
        if self.ttl.is_zero() {
            return;
        }
        let key = (item.currency, item.sku.clone());
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.capacity && !entries.contains_key(&key) {
            let oldest = entries.iter().min_by_key(|(_, (since, _))| *since);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                entries.remove(&oldest);
            }
        }
        entries.insert(key, (now, item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(30);

    fn item(sku: &str) -> Item {
        Item {
            sku: sku.to_owned(),
            currency: Currency::Eur,
            name: "Mug".to_owned(),
            unit_cents: 990,
        }
    }

    #[test]
    fn a_price_is_remembered_until_its_time_is_over() {
        let (cache, start) = (QuoteCache::new(TTL), Instant::now());
        cache.put(item("MUG-2"), start);
        let just_before = start + TTL - Duration::from_millis(1);
        assert_eq!(
            cache.get("MUG-2", Currency::Eur, just_before),
            Some(item("MUG-2"))
        );
        assert_eq!(cache.get("MUG-2", Currency::Eur, start + TTL), None);
    }

    #[test]
    fn prices_in_two_currencies_are_two_prices() {
        let (cache, start) = (QuoteCache::new(TTL), Instant::now());
        cache.put(item("MUG-2"), start);
        assert_eq!(cache.get("MUG-2", Currency::Usd, start), None);
    }

    #[test]
    fn a_full_cache_forgets_the_oldest_and_never_grows() {
        let (mut cache, start) = (QuoteCache::new(TTL), Instant::now());
        cache.capacity = 2;
        for (age, sku) in ["A", "B", "C"].into_iter().enumerate() {
            cache.put(item(sku), start + Duration::from_millis(age as u64));
        }
        let now = start + Duration::from_millis(3);
        assert_eq!(cache.get("A", Currency::Eur, now), None);
        assert!(cache.get("B", Currency::Eur, now).is_some());
        assert!(cache.get("C", Currency::Eur, now).is_some());
        assert_eq!(cache.entries.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_time_to_live_of_zero_remembers_nothing() {
        let (cache, start) = (QuoteCache::new(Duration::ZERO), Instant::now());
        cache.put(item("MUG-2"), start);
        assert_eq!(cache.get("MUG-2", Currency::Eur, start), None);
    }
}
