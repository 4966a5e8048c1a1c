//! The stock database on a PostgreSQL server, with as many writers as it likes.

use database::{Address, OpenError, postgres, retrying};
use shared_telemetry::sql::{self, Database, Statement};
use sqlx::{PgPool, Postgres, Transaction};

use super::statements::{self, INSERT_LINE, SELECT_LINES, SELECT_RESERVATION, SELECT_STOCK};
use super::steps::{self, Steps, StockRow};
use super::{ReserveError, StockLevel, StockStore, StoreError, migrations};
use crate::stock::{Reservation, Reserved};
use crate::telemetry;

/// A [`StockStore`] in a database of a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresStockStore {
    pool: PgPool,
    database: Database,
}

/// A transaction. Dropped, it undoes everything.
struct Writing<'s> {
    database: &'s Database,
    transaction: Transaction<'static, Postgres>,
}

impl PostgresStockStore {
    /// Brings the tables up to date and opens the database.
    ///
    /// # Errors
    /// The server cannot be reached or does not let us in, or the database was written by a newer
    /// version.
    pub async fn open(address: &Address) -> Result<Self, OpenError> {
        let pool = postgres::open(address, migrations::POSTGRES).await?;
        sql::observe_pools(&[("inventory", &pool)]);
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

    /// `READ COMMITTED`, the server's default, is enough: each statement checks and changes in one
    /// step, and finds what others have committed before it.
    async fn begin(&self) -> Result<Writing<'_>, sqlx::Error> {
        Ok(Writing {
            database: &self.database,
            transaction: sql::apart(self.pool.begin()).await?,
        })
    }

    async fn reserve_once(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        let mut writing = self.begin().await?;
        let outcome = steps::reserve(&mut writing, reservation).await;
        writing.end(matches!(outcome, Ok(Reserved::Now))).await?;
        outcome
    }

    async fn release_once(&self, order_id: &str) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        let outcome = steps::release(&mut writing, order_id).await;
        writing.end(outcome.is_ok()).await?;
        outcome
    }
}

impl Writing<'_> {
    /// Keeps what was done, or undoes it.
    async fn end(self, keep: bool) -> Result<(), sqlx::Error> {
        if keep {
            return sql::apart(self.transaction.commit()).await;
        }
        // Where this fails the connection is broken, and the server undoes it by itself.
        let _ = sql::apart(self.transaction.rollback()).await;
        Ok(())
    }
}

impl Steps for Writing<'_> {
    async fn change(
        &mut self,
        statement: &'static Statement,
        order_id: &str,
    ) -> Result<u64, sqlx::Error> {
        let query = sqlx::query(statement.text())
            .bind(order_id)
            .execute(&mut *self.transaction);
        Ok(self.database.run(statement, query).await?.rows_affected())
    }

    async fn move_stock(
        &mut self,
        statement: &'static Statement,
        sku: &str,
        units: i64,
    ) -> Result<u64, sqlx::Error> {
        let query = sqlx::query(statement.text())
            .bind(sku)
            .bind(units)
            .execute(&mut *self.transaction);
        Ok(self.database.run(statement, query).await?.rows_affected())
    }

    async fn write_line(
        &mut self,
        order_id: &str,
        sku: &str,
        units: i64,
    ) -> Result<(), sqlx::Error> {
        let query = sqlx::query(INSERT_LINE.text())
            .bind(order_id)
            .bind(sku)
            .bind(units)
            .execute(&mut *self.transaction);
        self.database.run(&INSERT_LINE, query).await?;
        Ok(())
    }

    async fn stock(
        &mut self,
        statement: &'static Statement,
        sku: &str,
    ) -> Result<Option<StockRow>, sqlx::Error> {
        let query = sqlx::query_as(statement.text())
            .bind(sku)
            .fetch_optional(&mut *self.transaction);
        self.database.run(statement, query).await
    }

    async fn state(&mut self, order_id: &str) -> Result<String, sqlx::Error> {
        let query = sqlx::query_scalar(SELECT_RESERVATION.text())
            .bind(order_id)
            .fetch_one(&mut *self.transaction);
        self.database.run(&SELECT_RESERVATION, query).await
    }

    async fn lines(&mut self, order_id: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
        let query = sqlx::query_as(SELECT_LINES.text())
            .bind(order_id)
            .fetch_all(&mut *self.transaction);
        self.database.run(&SELECT_LINES, query).await
    }
}

/// Each piece of work has the effect of once however often it is done: an order that was reserved
/// before is not reserved again. The answer then may be that of the second time.
impl StockStore for PostgresStockStore {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        let work = || self.reserve_once(reservation);
        retrying(work, telemetry::retried).await
    }

    async fn release(&self, order_id: &str) -> Result<bool, StoreError> {
        let work = || self.release_once(order_id);
        retrying(work, telemetry::retried).await
    }

    async fn available(&self, sku: &str) -> Result<Option<u64>, StoreError> {
        let work = || {
            let query = sqlx::query_as(SELECT_STOCK.text())
                .bind(sku)
                .fetch_optional(&self.pool);
            self.database.run(&SELECT_STOCK, query)
        };
        let row = retrying(work, telemetry::retried).await?;
        Ok(steps::available(row)?)
    }

    async fn levels(&self) -> Result<Vec<StockLevel>, StoreError> {
        let rows = sqlx::query_as(statements::LEVELS).fetch_all(&self.pool);
        Ok(rows.await?)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
