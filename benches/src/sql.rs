//! An SQL statement on SQLite in memory: one row by its key.

use std::hint::black_box;

use shared_telemetry::sql::{Database, Statement};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

/// What runs.
pub static SELECT: Statement =
    Statement::new("SELECT", "items", "SELECT cents FROM items WHERE sku = $1");

/// One connection: another one would be another database in memory.
///
/// # Panics
/// Where SQLite can't be had.
pub async fn items() -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1);
    let pool = options.connect("sqlite::memory:").await.expect("memory");
    for text in [
        "CREATE TABLE items (sku TEXT PRIMARY KEY, cents BIGINT NOT NULL)",
        "INSERT INTO items (sku, cents) VALUES ('TEAPOT-1', 4711)",
    ] {
        sqlx::query(text).execute(&pool).await.expect("legal SQL");
    }
    pool
}

/// The row.
///
/// # Errors
/// Those of SQLite.
pub async fn select(pool: &SqlitePool) -> Result<i64, sqlx::Error> {
    let select = sqlx::query_scalar::<_, i64>(SELECT.text()).bind("TEAPOT-1");
    select.fetch_one(pool).await
}

/// Without a span.
pub fn bare(rounds: u32) {
    crate::block_on(async {
        let pool = items().await;
        for _ in 0..rounds {
            black_box(select(&pool).await.expect("the row"));
        }
        pool.close().await;
    });
}

/// A CLIENT span for each.
pub fn ours(rounds: u32) {
    crate::block_on(async {
        let (pool, database) = (items().await, Database::sqlite("shop"));
        for _ in 0..rounds {
            let row = database.run(&SELECT, select(&pool)).await;
            black_box(row.expect("the row"));
        }
        pool.close().await;
    });
}
