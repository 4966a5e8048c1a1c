//! What is left of each article, read every few seconds: metrics are collected where nobody can
//! wait for a database.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::stock_store::{StockLevel, StockStore};

const INTERVAL: Duration = Duration::from_secs(5);

/// The levels that were read last. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct StockLevels(Arc<Mutex<Vec<StockLevel>>>);

impl StockLevels {
    pub(crate) fn last_read(&self) -> Vec<StockLevel> {
        let levels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        levels.clone()
    }

    /// Reads them again and again, until it is dropped.
    pub(crate) async fn watch(&self, store: impl StockStore) -> Infallible {
        loop {
            // While the database is away nothing is known: an old level would look like a new one.
            let read = store.levels().await.unwrap_or_default();
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = read;
            sleep(INTERVAL).await;
        }
    }
}
