//! The stock database that `DATABASE_URL` names, of whichever kind.

use database::{OpenError, Url};

use super::{
    PostgresStockStore, ReserveError, SqliteStockStore, StockLevel, StockStore, StoreError,
};
use crate::stock::{Reservation, Reserved};

/// A [`StockStore`] of the kind that was chosen at the start.
#[derive(Debug, Clone)]
pub enum ChosenStockStore {
    /// For a shop on one machine.
    Sqlite(SqliteStockStore),
    /// For several processes on one database.
    Postgres(PostgresStockStore),
}

impl ChosenStockStore {
    /// Opens what `url` names and brings its tables up to date.
    ///
    /// # Errors
    /// It cannot be opened, or was written by a newer version.
    pub async fn open(url: &Url) -> Result<Self, OpenError> {
        Ok(match url {
            Url::Sqlite(file) => Self::Sqlite(SqliteStockStore::open(file).await?),
            Url::Postgres(address) => Self::Postgres(PostgresStockStore::open(address).await?),
        })
    }

    /// Lets go of it once all statements are done.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

impl StockStore for ChosenStockStore {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        match self {
            Self::Sqlite(store) => store.reserve(reservation).await,
            Self::Postgres(store) => store.reserve(reservation).await,
        }
    }

    async fn release(&self, order_id: &str) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(store) => store.release(order_id).await,
            Self::Postgres(store) => store.release(order_id).await,
        }
    }

    async fn available(&self, sku: &str) -> Result<Option<u64>, StoreError> {
        match self {
            Self::Sqlite(store) => store.available(sku).await,
            Self::Postgres(store) => store.available(sku).await,
        }
    }

    async fn levels(&self) -> Result<Vec<StockLevel>, StoreError> {
        match self {
            Self::Sqlite(store) => store.levels().await,
            Self::Postgres(store) => store.levels().await,
        }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.ready().await,
            Self::Postgres(store) => store.ready().await,
        }
    }
}
