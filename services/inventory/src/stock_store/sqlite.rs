//! The stock database as an SQLite file.

use std::path::Path;

use database::OpenError;
use database::sqlite::{self, WriterAndReaders};
use shared_telemetry::sql::{self, Database, Statement};
use sqlx::sqlite::SqliteSynchronous;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::statements::{self, INSERT_LINE, SELECT_LINES, SELECT_RESERVATION, SELECT_STOCK};
use super::steps::{self, Steps, StockRow};
use super::{ReserveError, StockLevel, StockStore, StoreError, migrations};
use crate::stock::{Reservation, Reserved};

/// A [`StockStore`] in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStockStore {
    readers: SqlitePool,
    writer: SqlitePool,
    database: Database,
}

/// The one transaction that writes. Dropped, it undoes everything.
struct Writing<'s> {
    database: &'s Database,
    transaction: Transaction<'static, Sqlite>,
}

impl SqliteStockStore {
    /// Opens the file, creates it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        let WriterAndReaders { writer, readers } =
            sqlite::open_with_one_writer(file, SqliteSynchronous::Full, migrations::SQLITE).await?;
        let pools = [
            ("inventory.writer", &writer),
            ("inventory.readers", &readers),
        ];
        sql::observe_pools(&pools);
        Ok(Self {
            readers,
            writer,
            database: Database::sqlite("inventory"),
        })
    }

    /// Lets go of the file once all statements are done.
    pub async fn close(&self) {
        sqlite::close(&[&self.readers, &self.writer]).await;
    }

    /// Takes the write lock at once: a transaction that reads first may not be allowed to write
    /// later.
    async fn begin(&self) -> Result<Writing<'_>, sqlx::Error> {
        let begin = self.writer.begin_with("BEGIN IMMEDIATE");
        Ok(Writing {
            database: &self.database,
            transaction: sql::apart(begin).await?,
        })
    }
}

impl Writing<'_> {
    /// Keeps what was done, or undoes it.
    async fn end(self, keep: bool) -> Result<(), sqlx::Error> {
        if keep {
            return sql::apart(self.transaction.commit()).await;
        }
        // Where this fails the connection is broken, and SQLite undoes it by itself.
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

impl StockStore for SqliteStockStore {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        let mut writing = self.begin().await?;
        let outcome = steps::reserve(&mut writing, reservation).await;
        writing.end(matches!(outcome, Ok(Reserved::Now))).await?;
        outcome
    }

    async fn release(&self, order_id: &str) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        let outcome = steps::release(&mut writing, order_id).await;
        writing.end(outcome.is_ok()).await?;
        outcome
    }

    async fn available(&self, sku: &str) -> Result<Option<u64>, StoreError> {
        let query = sqlx::query_as(SELECT_STOCK.text())
            .bind(sku)
            .fetch_optional(&self.readers);
        let row = self.database.run(&SELECT_STOCK, query).await?;
        Ok(steps::available(row)?)
    }

    async fn levels(&self) -> Result<Vec<StockLevel>, StoreError> {
        let rows = sqlx::query_as(statements::LEVELS).fetch_all(&self.readers);
        Ok(rows.await?)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }
}
