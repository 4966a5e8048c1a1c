//! An SQL statement: on SQLite in memory, and what a span around it costs with the database left out.
//!
//! SQLite works on a thread of its own, and how often it wakes the caller differs from run to run by more
//! than a span costs. So spans are put around a query that is answered on the caller's thread.

use std::future::poll_fn;
use std::hint::black_box;
use std::mem;
use std::task::Poll;

use shared_telemetry::sql::{Database, Statement};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

/// What runs.
pub static SELECT: Statement =
    Statement::new("SELECT", "items", "SELECT cents FROM items WHERE sku = $1");

/// A query as its caller sees it: asked twice, because the database is not ready at once.
///
/// # Errors
/// None; sqlx has some.
pub async fn query() -> Result<i64, sqlx::Error> {
    let mut asked = false;
    poll_fn(move |context| {
        if mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    Ok(black_box(4_711))
}

/// Without a span.
///
/// # Panics
/// Never: the query has no errors.
pub fn bare(rounds: u32) {
    crate::block_on(async {
        for _ in 0..rounds {
            black_box(query().await.expect("the row"));
        }
    });
}

/// A CLIENT span for each.
///
/// # Panics
/// Never: the query has no errors.
pub fn ours(rounds: u32) {
    let database = Database::sqlite("shop");
    crate::block_on(async {
        for _ in 0..rounds {
            let row = database.run(&SELECT, query()).await;
            black_box(row.expect("the row"));
        }
    });
}

/// One row by its key from SQLite itself, without a span.
///
/// # Panics
/// Where SQLite fails.
pub fn sqlite(rounds: u32) {
    crate::block_on(async {
        let pool = items().await;
        for _ in 0..rounds {
            let select = sqlx::query_scalar::<_, i64>(SELECT.text()).bind("TEAPOT-1");
            black_box(select.fetch_one(&pool).await.expect("the row"));
        }
        pool.close().await;
    });
}

/// One connection: another one would be another database in memory.
async fn items() -> SqlitePool {
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
