//! The price database as an SQLite file.

use std::path::Path;

use database::{OpenError, sqlite};
use shared_telemetry::sql::{self, Database};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteSynchronous;

use super::statements::{self, SELECT_ITEM, SELECT_ITEMS, SELECT_PROMOTION};
use super::{QuoteStore, StoreError, migrations};
use crate::quote::{Currency, Item, Promotion};

/// A [`QuoteStore`] in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteQuoteStore {
    pool: SqlitePool,
    database: Database,
}

impl SqliteQuoteStore {
    /// Opens the file, creates it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        // A power cut may undo the last change: no change is made here.
        let pool = sqlite::open(file, SqliteSynchronous::Normal, migrations::SQLITE).await?;
        sql::observe_pools(&[("pricing", &pool)]);
        Ok(Self {
            pool,
            database: Database::sqlite("pricing"),
        })
    }

    /// Lets go of the file once all statements are done.
    pub async fn close(&self) {
        sqlite::close(&[&self.pool]).await;
    }
}

impl QuoteStore for SqliteQuoteStore {
    async fn item(&self, sku: &str, currency: Currency) -> Result<Option<Item>, StoreError> {
        let query = sqlx::query_as(SELECT_ITEM.text())
            .bind(sku)
            .bind(currency.code())
            .fetch_optional(&self.pool);
        let row = self.database.run(&SELECT_ITEM, query).await?;
        let item = row.map(|row| statements::item(sku, currency, row));
        Ok(item.transpose()?)
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        let query = sqlx::query_as(SELECT_ITEMS.text()).fetch_all(&self.pool);
        let rows = self.database.run(&SELECT_ITEMS, query).await?;
        Ok(statements::items(rows)?)
    }

    async fn promotion(&self, coupon: &str) -> Result<Option<Promotion>, StoreError> {
        let query = sqlx::query_as(SELECT_PROMOTION.text())
            .bind(coupon)
            .fetch_optional(&self.pool);
        let row = self.database.run(&SELECT_PROMOTION, query).await?;
        Ok(row.map(statements::promotion).transpose()?)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
