//! The price database as an SQLite file.

use std::path::Path;

use database::{OpenError, sqlite};
use shared_telemetry::sql::{Database, Statement};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteSynchronous;

use super::{QuoteStore, StoreError, migrations};
use crate::quote::{Currency, Item, Promotion, unix_time};

static SELECT_ITEM: Statement = Statement::new(
    "SELECT",
    "items",
    "SELECT name, unit_cents FROM items WHERE sku = $1 AND currency = $2",
);

static SELECT_ITEMS: Statement = Statement::new(
    "SELECT",
    "items",
    "SELECT sku, currency, name, unit_cents FROM items ORDER BY sku, currency",
);

static SELECT_PROMOTION: Statement = Statement::new(
    "SELECT",
    "promotions",
    "SELECT percent, valid_from, valid_until FROM promotions WHERE coupon = $1",
);

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
        Ok(Self {
            pool,
            database: Database::sqlite("pricing"),
        })
    }

    /// Lets go of the file once all statements are done. Closes the spans that sqlx's threads
    /// still hold, too, so it comes before the last flush.
    pub async fn close(&self) {
        sqlite::close(&[&self.pool]).await;
    }
}

/// A stored value that the rules do not allow.
fn out_of_range(column: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{column} is out of range").into())
}

fn cents(stored: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(stored).map_err(|_| out_of_range("unit_cents"))
}

impl QuoteStore for SqliteQuoteStore {
    async fn item(&self, sku: &str, currency: Currency) -> Result<Option<Item>, StoreError> {
        let query = sqlx::query_as::<_, (String, i64)>(SELECT_ITEM.text())
            .bind(sku)
            .bind(currency.code())
            .fetch_optional(&self.pool);
        let Some((name, unit_cents)) = self.database.run(&SELECT_ITEM, query).await? else {
            return Ok(None);
        };
        let unit_cents = cents(unit_cents)?;
        Ok(Some(Item {
            sku: sku.to_owned(),
            currency,
            name,
            unit_cents,
        }))
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        let query = sqlx::query_as::<_, (String, String, String, i64)>(SELECT_ITEMS.text())
            .fetch_all(&self.pool);
        let mut items = Vec::new();
        for (sku, currency, name, unit_cents) in self.database.run(&SELECT_ITEMS, query).await? {
            let currency = currency.parse().map_err(|_| out_of_range("currency"))?;
            items.push(Item {
                sku,
                currency,
                name,
                unit_cents: cents(unit_cents)?,
            });
        }
        Ok(items)
    }

    async fn promotion(&self, coupon: &str) -> Result<Option<Promotion>, StoreError> {
        let query = sqlx::query_as::<_, (i64, i64, i64)>(SELECT_PROMOTION.text())
            .bind(coupon)
            .fetch_optional(&self.pool);
        let Some((percent, from, until)) = self.database.run(&SELECT_PROMOTION, query).await?
        else {
            return Ok(None);
        };
        let percent = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
        Ok(Some(Promotion {
            percent: percent.ok_or_else(|| out_of_range("percent"))?,
            valid_from: unix_time(from).ok_or_else(|| out_of_range("valid_from"))?,
            valid_until: unix_time(until).ok_or_else(|| out_of_range("valid_until"))?,
        }))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}
