//! The price database that `DATABASE_URL` names, of whichever kind.

use database::{OpenError, Url};

use super::{PostgresQuoteStore, QuoteStore, SqliteQuoteStore, StoreError};
use crate::quote::{Currency, Item, Promotion};

/// A [`QuoteStore`] of the kind that was chosen at the start.
#[derive(Debug, Clone)]
pub enum ChosenQuoteStore {
    /// For a shop on one machine.
    Sqlite(SqliteQuoteStore),
    /// For several processes on one database.
    Postgres(PostgresQuoteStore),
}

impl ChosenQuoteStore {
    /// Opens what `url` names and brings its tables up to date.
    ///
    /// # Errors
    /// It cannot be opened, or was written by a newer version.
    pub async fn open(url: &Url) -> Result<Self, OpenError> {
        Ok(match url {
            Url::Sqlite(file) => Self::Sqlite(SqliteQuoteStore::open(file).await?),
            Url::Postgres(address) => Self::Postgres(PostgresQuoteStore::open(address).await?),
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

impl QuoteStore for ChosenQuoteStore {
    async fn item(&self, sku: &str, currency: Currency) -> Result<Option<Item>, StoreError> {
        match self {
            Self::Sqlite(store) => store.item(sku, currency).await,
            Self::Postgres(store) => store.item(sku, currency).await,
        }
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        match self {
            Self::Sqlite(store) => store.items().await,
            Self::Postgres(store) => store.items().await,
        }
    }

    async fn promotion(&self, coupon: &str) -> Result<Option<Promotion>, StoreError> {
        match self {
            Self::Sqlite(store) => store.promotion(coupon).await,
            Self::Postgres(store) => store.promotion(coupon).await,
        }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.ready().await,
            Self::Postgres(store) => store.ready().await,
        }
    }
}
