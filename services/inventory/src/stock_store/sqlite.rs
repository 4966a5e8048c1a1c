//! The stock database as an SQLite file.

use std::path::Path;

use database::OpenError;
use database::sqlite::{self, WriterAndReaders};
use shared_telemetry::sql::{Database, Statement};
use sqlx::sqlite::SqliteSynchronous;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{ReserveError, StockStore, StoreError, migrations};
use crate::stock::{Line, Refusal, Reservation, Reserved};

static SELECT_STOCK: Statement = Statement::new(
    "SELECT",
    "stock",
    "SELECT available FROM stock WHERE sku = $1",
);

/// Takes the units only when they are there: the check and the change are one step.
static TAKE_STOCK: Statement = Statement::new(
    "UPDATE",
    "stock",
    "UPDATE stock SET available = available - $2 WHERE sku = $1 AND available >= $2",
);

static GIVE_STOCK: Statement = Statement::new(
    "UPDATE",
    "stock",
    "UPDATE stock SET available = available + $2 WHERE sku = $1",
);

/// Whoever inserts the row reserves; whoever comes second finds it.
static INSERT_RESERVATION: Statement = Statement::new(
    "INSERT",
    "reservations",
    "INSERT INTO reservations (order_id, state) VALUES ($1, 'reserved') ON CONFLICT (order_id) DO NOTHING",
);

static SELECT_RESERVATION: Statement = Statement::new(
    "SELECT",
    "reservations",
    "SELECT state FROM reservations WHERE order_id = $1",
);

/// Whoever changes the state gives back; whoever comes second changes nothing.
static RELEASE_RESERVATION: Statement = Statement::new(
    "UPDATE",
    "reservations",
    "UPDATE reservations SET state = 'released' WHERE order_id = $1 AND state = 'reserved'",
);

static INSERT_LINE: Statement = Statement::new(
    "INSERT",
    "reservation_lines",
    "INSERT INTO reservation_lines (order_id, sku, quantity) VALUES ($1, $2, $3)",
);

static SELECT_LINES: Statement = Statement::new(
    "SELECT",
    "reservation_lines",
    "SELECT sku, quantity FROM reservation_lines WHERE order_id = $1 ORDER BY sku",
);

/// A [`StockStore`] in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStockStore {
    readers: SqlitePool,
    writer: SqlitePool,
    database: Database,
}

type Writing = Transaction<'static, Sqlite>;

impl SqliteStockStore {
    /// Opens the file, creates it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        let WriterAndReaders { writer, readers } =
            sqlite::open_with_one_writer(file, SqliteSynchronous::Full, migrations::SQLITE).await?;
        Ok(Self {
            readers,
            writer,
            database: Database::sqlite("inventory"),
        })
    }

    /// Lets go of the file once all statements are done. Closes the spans that sqlx's threads
    /// still hold, too, so it comes before the last flush.
    pub async fn close(&self) {
        sqlite::close(&[&self.readers, &self.writer]).await;
    }

    /// Takes the write lock at once: a transaction that reads first may not be allowed to write
    /// later. Dropped without a commit, it undoes everything.
    async fn begin(&self) -> Result<Writing, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// How many rows `statement` changed for `order_id`.
    async fn change(
        &self,
        writing: &mut Writing,
        statement: &'static Statement,
        order_id: &str,
    ) -> Result<u64, sqlx::Error> {
        let query = sqlx::query(statement.text())
            .bind(order_id)
            .execute(&mut **writing);
        Ok(self.database.run(statement, query).await?.rows_affected())
    }

    /// Whether `statement` changed the stock by the line.
    async fn move_stock(
        &self,
        writing: &mut Writing,
        statement: &'static Statement,
        line: (&str, i64),
    ) -> Result<bool, sqlx::Error> {
        let (sku, quantity) = line;
        let query = sqlx::query(statement.text())
            .bind(sku)
            .bind(quantity)
            .execute(&mut **writing);
        Ok(self.database.run(statement, query).await?.rows_affected() == 1)
    }

    /// What became of an order that was here before.
    async fn earlier(
        &self,
        writing: &mut Writing,
        order_id: &str,
    ) -> Result<Reserved, ReserveError> {
        let query = sqlx::query_as::<_, (String,)>(SELECT_RESERVATION.text())
            .bind(order_id)
            .fetch_one(&mut **writing);
        let (state,) = self.database.run(&SELECT_RESERVATION, query).await?;
        if state == "released" {
            return Err(Refusal::Released(order_id.to_owned()).into());
        }
        Ok(Reserved::Before)
    }

    async fn take(
        &self,
        writing: &mut Writing,
        order_id: &str,
        line: &Line,
    ) -> Result<(), ReserveError> {
        let quantity = i64::from(line.quantity);
        if !self
            .move_stock(writing, &TAKE_STOCK, (&line.sku, quantity))
            .await?
        {
            return Err(self.why_not(writing, line).await?.into());
        }
        let query = sqlx::query(INSERT_LINE.text())
            .bind(order_id)
            .bind(&line.sku)
            .bind(quantity)
            .execute(&mut **writing);
        self.database.run(&INSERT_LINE, query).await?;
        Ok(())
    }

    async fn why_not(&self, writing: &mut Writing, line: &Line) -> Result<Refusal, sqlx::Error> {
        let query = sqlx::query_as(SELECT_STOCK.text()).bind(&line.sku);
        let query = query.fetch_optional(&mut **writing);
        let available = units(self.database.run(&SELECT_STOCK, query).await?)?;
        // On a database with several writers the units may be back by now: still a refusal, for
        // they were not there when they were asked for.
        Ok(line
            .refusal(available)
            .unwrap_or_else(|| Refusal::Shortage {
                sku: line.sku.clone(),
                wanted: line.quantity,
                left: 0,
            }))
    }
}

fn units(row: Option<(i64,)>) -> Result<Option<u64>, sqlx::Error> {
    row.map(|(available,)| u64::try_from(available))
        .transpose()
        .map_err(|_| sqlx::Error::Decode("available is below zero".into()))
}

impl StockStore for SqliteStockStore {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        let order_id = reservation.order_id();
        let mut writing = self.begin().await?;
        if self
            .change(&mut writing, &INSERT_RESERVATION, order_id)
            .await?
            == 0
        {
            return self.earlier(&mut writing, order_id).await;
        }
        for line in reservation.lines().iter() {
            self.take(&mut writing, order_id, line).await?;
        }
        writing.commit().await?;
        Ok(Reserved::Now)
    }

    async fn release(&self, order_id: &str) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        if self
            .change(&mut writing, &RELEASE_RESERVATION, order_id)
            .await?
            == 0
        {
            return Ok(false);
        }
        let query = sqlx::query_as::<_, (String, i64)>(SELECT_LINES.text())
            .bind(order_id)
            .fetch_all(&mut *writing);
        for (sku, quantity) in self.database.run(&SELECT_LINES, query).await? {
            self.move_stock(&mut writing, &GIVE_STOCK, (&sku, quantity))
                .await?;
        }
        writing.commit().await?;
        Ok(true)
    }

    async fn available(&self, sku: &str) -> Result<Option<u64>, StoreError> {
        let query = sqlx::query_as(SELECT_STOCK.text())
            .bind(sku)
            .fetch_optional(&self.readers);
        Ok(units(self.database.run(&SELECT_STOCK, query).await?)?)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }
}
