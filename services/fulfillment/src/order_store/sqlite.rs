//! The order database as an SQLite file.

use std::path::Path;

use database::{OpenError, sqlite};
use shared_telemetry::sql::{self, Database, Statement};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteSynchronous;

use super::statements::{
    DEAD_LETTER_SENT, FORGET_FAILED, INSERT_CRASH, INSERT_ORDER, SELECT_CRASH, SELECT_ORDER,
};
use super::{Crash, OrderStore, StoreError, migrations, rows};
use crate::order::{DeadLetter, Order};

/// An [`OrderStore`] in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteOrderStore {
    pool: SqlitePool,
    database: Database,
}

impl SqliteOrderStore {
    /// Opens the file, creates it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        // An offset is committed only after its order: not even a power cut may lose the order.
        let pool = sqlite::open(file, SqliteSynchronous::Full, migrations::SQLITE).await?;
        sql::observe_pools(&[("fulfillment", &pool)]);
        Ok(Self {
            pool,
            database: Database::sqlite("fulfillment"),
        })
    }

    /// How many rows `statement` changed for the order.
    async fn change(&self, statement: &'static Statement, id: &str) -> Result<u64, StoreError> {
        let query = sqlx::query(statement.text()).bind(id).execute(&self.pool);
        Ok(self.database.run(statement, query).await?.rows_affected())
    }
}

impl OrderStore for SqliteOrderStore {
    async fn find(&self, id: &str) -> Result<Option<Order>, StoreError> {
        let query = sqlx::query_as(SELECT_ORDER.text())
            .bind(id)
            .fetch_optional(&self.pool);
        let row: Option<rows::Row> = self.database.run(&SELECT_ORDER, query).await?;
        Ok(row.map(|row| rows::order(id, row)).transpose()?)
    }

    async fn record(&self, order: &Order) -> Result<bool, StoreError> {
        let query = sqlx::query(INSERT_ORDER.text())
            .bind(&order.id)
            .bind(order.outcome.state.name())
            .bind(&order.outcome.reason)
            .bind(&order.checkout_trace_id)
            .bind(&order.fulfillment_trace_id)
            .bind(i64::from(order.attempts))
            .bind(order.dead_letter.map(DeadLetter::name))
            .bind(rows::now())
            .execute(&self.pool);
        let done = self.database.run(&INSERT_ORDER, query).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn dead_letter_sent(&self, id: &str) -> Result<(), StoreError> {
        self.change(&DEAD_LETTER_SENT, id).await?;
        Ok(())
    }

    async fn forget_failed(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.change(&FORGET_FAILED, id).await? == 1)
    }

    async fn note_crash(&self, id: &str, trace_id: Option<&str>) -> Result<(), StoreError> {
        let query = sqlx::query(INSERT_CRASH.text())
            .bind(id)
            .bind(trace_id)
            .bind(rows::now())
            .execute(&self.pool);
        self.database.run(&INSERT_CRASH, query).await?;
        Ok(())
    }

    async fn crash(&self, id: &str) -> Result<Option<Crash>, StoreError> {
        let query = sqlx::query_as(SELECT_CRASH.text())
            .bind(id)
            .fetch_optional(&self.pool);
        let row: Option<(Option<String>,)> = self.database.run(&SELECT_CRASH, query).await?;
        Ok(row.map(|(trace_id,)| Crash { trace_id }))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    async fn close(&self) {
        sqlite::close(&[&self.pool]).await;
    }
}
