//! The price database on a PostgreSQL server.

use database::{Address, OpenError, postgres, retrying};
use shared_telemetry::sql::{self, Database, Statement};
use sqlx::PgPool;

use super::statements::{self, SELECT_ITEM, SELECT_ITEMS, SELECT_PROMOTION};
use super::{QuoteStore, StoreError, migrations};
use crate::quote::{Currency, Item, Promotion};
use crate::telemetry;

/// A [`QuoteStore`] in a database of a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresQuoteStore {
    pool: PgPool,
    database: Database,
}

impl PostgresQuoteStore {
    /// Brings the tables up to date and opens the database.
    ///
    /// # Errors
    /// The server cannot be reached or does not let us in, or the database was written by a newer
    /// version.
    pub async fn open(address: &Address) -> Result<Self, OpenError> {
        let pool = postgres::open(address, migrations::POSTGRES).await?;
        sql::observe_pools(&[("pricing", &pool)]);
        let (host, port) = (address.host(), address.port());
        Ok(Self {
            pool,
            database: Database::postgresql(address.database(), host, port),
        })
    }

    /// Lets go of the server once all statements are done.
    pub async fn close(&self) {
        postgres::close(&self.pool).await;
    }

    /// Runs a query that reads, again when the server went away under it: reading twice changes
    /// nothing.
    async fn read<T, Q>(
        &self,
        statement: &'static Statement,
        query: impl Fn() -> Q,
    ) -> Result<T, sqlx::Error>
    where
        Q: Future<Output = Result<T, sqlx::Error>>,
    {
        let work = || self.database.run(statement, query());
        retrying(work, telemetry::retried).await
    }
}

impl QuoteStore for PostgresQuoteStore {
    async fn item(&self, sku: &str, currency: Currency) -> Result<Option<Item>, StoreError> {
        let query = || {
            sqlx::query_as(SELECT_ITEM.text())
                .bind(sku)
                .bind(currency.code())
                .fetch_optional(&self.pool)
        };
        let row = self.read(&SELECT_ITEM, query).await?;
        let item = row.map(|row| statements::item(sku, currency, row));
        Ok(item.transpose()?)
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        let query = || sqlx::query_as(SELECT_ITEMS.text()).fetch_all(&self.pool);
        let rows = self.read(&SELECT_ITEMS, query).await?;
        Ok(statements::items(rows)?)
    }

    async fn promotion(&self, coupon: &str) -> Result<Option<Promotion>, StoreError> {
        let query = || {
            sqlx::query_as(SELECT_PROMOTION.text())
                .bind(coupon)
                .fetch_optional(&self.pool)
        };
        let row = self.read(&SELECT_PROMOTION, query).await?;
        Ok(row.map(statements::promotion).transpose()?)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
