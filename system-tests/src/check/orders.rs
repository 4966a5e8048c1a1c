//! Customers who come at a steady rate, and each try again with the same `Idempotency-Key` until
//! their order is acknowledged: so every order that exists is known.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::http;
use super::shop::{Promise, Shop};

/// A broker that was killed needs half a minute on a busy machine.
const INSISTENCE: Duration = Duration::from_secs(150);
/// For the last order to be worked on.
const WORKED_ON: Duration = Duration::from_secs(150);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// What customers were told, and the stock before they came.
#[derive(Debug)]
pub struct Customers<'s> {
    shop: &'s Shop,
    /// In every key, so that another run's orders are others.
    name: String,
    baggage: Option<&'static str>,
    stock: u64,
    promised: Mutex<Vec<Promise>>,
    refusals: AtomicU64,
}

impl<'s> Customers<'s> {
    /// Customers of this name; `name` is in every key, so that another run's orders are others.
    ///
    /// # Errors
    /// When the stock can't be had.
    pub async fn of(shop: &'s Shop, name: &str) -> Result<Self, String> {
        Ok(Self {
            shop,
            name: name.to_owned(),
            baggage: None,
            stock: shop.stock().await?,
            promised: Mutex::default(),
            refusals: AtomicU64::new(0),
        })
    }

    /// All of them send this along.
    #[must_use]
    pub const fn with_baggage(mut self, baggage: &'static str) -> Self {
        self.baggage = Some(baggage);
        self
    }

    /// So many, one each `every`, until each has a promise.
    ///
    /// # Errors
    /// When one is refused for minutes.
    pub async fn come(&self, count: u32, every: Duration) -> Result<(), String> {
        let customers = (0..count).map(async |number| {
            tokio::time::sleep(every * number).await;
            self.insist(number).await
        });
        join_all(customers).await.into_iter().collect()
    }

    async fn insist(&self, number: u32) -> Result<(), String> {
        let key = format!("{}-{number}", self.name);
        let article = loadgen::ARTICLES[number as usize % loadgen::ARTICLES.len()];
        let deadline = Instant::now() + INSISTENCE;
        loop {
            match self.shop.order(&key, article, self.baggage).await {
                Ok(promise) => {
                    self.promised().push(promise);
                    return Ok(());
                }
                Err(told) if Instant::now() > deadline => {
                    return Err(format!("{key} is refused to the end: {told}"));
                }
                Err(_) => self.refusals.fetch_add(1, Ordering::Relaxed),
            };
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn promised(&self) -> std::sync::MutexGuard<'_, Vec<Promise>> {
        self.promised
            .lock()
            .expect("nothing panics while it is held")
    }

    /// What was acknowledged so far.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn promises(&self) -> Vec<Promise> {
        self.promised().clone()
    }

    /// Tries that were not acknowledged.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// Each order is reserved, and the warehouse has given away one piece for each: none lost, none
    /// twice.
    ///
    /// # Errors
    /// The order, or the count, that is not so.
    pub async fn are_served(&self) -> Result<String, String> {
        let deadline = Instant::now() + WORKED_ON;
        for promise in self.promises() {
            let left = deadline.saturating_duration_since(Instant::now());
            let ask = async || self.shop.state(&promise.order_id).await;
            let state = http::until(left, ask, |state| state == "reserved").await;
            if state != "reserved" {
                return Err(format!(
                    "order {} was promised and is: {state}",
                    promise.order_id
                ));
            }
        }
        let orders = self.promises().len() as u64;
        let taken = self.stock.saturating_sub(self.shop.stock().await?);
        if taken != orders {
            return Err(format!(
                "{orders} pieces were ordered, {taken} are taken from the stock"
            ));
        }
        Ok(format!(
            "{orders} orders acknowledged, {} tries refused before; {orders} reserved, {taken} pieces taken",
            self.refusals()
        ))
    }
}
