//! The SQL boundary: sqlx on SQLite in memory.

#[path = "support/root.rs"]
mod root;

use root::in_root;
use shared_telemetry::sql::{self, Database, Statement};
use shared_telemetry::testing::{SpanKind, recorder};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tracing::{Instrument, info_span};

static CREATE: Statement = Statement::new(
    "CREATE TABLE",
    "items",
    "CREATE TABLE items (sku TEXT PRIMARY KEY, cents BIGINT NOT NULL)",
);
static INSERT: Statement = Statement::new(
    "INSERT",
    "items",
    "INSERT INTO items (sku, cents) VALUES ($1, $2)",
);
static SELECT: Statement =
    Statement::new("SELECT", "items", "SELECT cents FROM items WHERE sku = $1");
static WRONG: Statement = Statement::new("SELECT", "nothing", "SELECT x FROM nothing");

/// A number that no timestamp or id contains by chance.
const PRICE: i64 = 471_147_114_711_471;

/// One connection: another one would be another database in memory.
async fn items() -> (Database, SqlitePool) {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .expect("memory");
    let database = Database::sqlite("shop");
    let create = sqlx::query(CREATE.text()).execute(&pool);
    database.run(&CREATE, create).await.expect("a new table");
    (database, pool)
}

async fn insert(database: &Database, pool: &SqlitePool, sku: &str) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(INSERT.text()).bind(sku).bind(PRICE);
    database.run(&INSERT, insert.execute(pool)).await.map(drop)
}

#[tokio::test]
async fn a_query_is_a_client_span_that_says_which_database_and_statement() {
    let (database, pool) = items().await;
    insert(&database, &pool, "TEAPOT-1").await.unwrap();
    let (id, cents) = in_root(async {
        let select = sqlx::query_scalar::<_, i64>(SELECT.text()).bind("TEAPOT-1");
        database.run(&SELECT, select.fetch_one(&pool)).await
    })
    .await;
    assert_eq!(cents.unwrap(), PRICE);

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 2, "{trace}");
    let span = trace.one("SELECT items", SpanKind::Client);
    trace.assert_child("caller > SQL", trace.one("root", SpanKind::Internal), span);
    assert_eq!(span.text("db.system.name"), "sqlite");
    assert_eq!(span.text("db.namespace"), "shop");
    assert_eq!(span.text("db.collection.name"), "items");
    assert_eq!(span.text("db.operation.name"), "SELECT");
    assert_eq!(span.text("db.query.summary"), "SELECT items");
    assert_eq!(span.text("db.query.text"), SELECT.text());
    assert!(span.status_unset(), "{span:?}");
}

#[tokio::test]
async fn a_bound_value_reaches_no_span_not_even_in_a_failure() {
    let (database, pool) = items().await;
    let (id, _) = in_root(async {
        insert(&database, &pool, "jane@example.org").await?;
        insert(&database, &pool, "jane@example.org").await
    })
    .await;

    let trace = recorder().trace(id);
    assert_eq!(trace.named("INSERT items").len(), 2, "{trace}");
    let everything = format!("{trace:?}");
    for value in ["jane@", &PRICE.to_string()] {
        assert!(!everything.contains(value), "{value} in {everything}");
    }
}

#[tokio::test]
async fn a_violated_constraint_is_an_error_with_the_databases_own_code() {
    let (database, pool) = items().await;
    insert(&database, &pool, "TEAPOT-1").await.unwrap();
    let (id, second) = in_root(insert(&database, &pool, "TEAPOT-1")).await;
    let error = second.unwrap_err();
    let database_error = error.as_database_error().unwrap();
    assert!(database_error.is_unique_violation(), "passed on unchanged");

    let trace = recorder().trace(id);
    let span = trace.one("INSERT items", SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    // SQLITE_CONSTRAINT_PRIMARYKEY
    assert_eq!(span.text("db.response.status_code"), "1555");
    assert_eq!(span.text("error.type"), "1555");
    assert_eq!(span.events(), ["exception"]);
    assert_eq!(
        span.event_text("exception", "exception.message"),
        error.to_string()
    );
}

#[tokio::test]
async fn a_statement_that_cannot_be_prepared_is_an_error() {
    let (database, pool) = items().await;
    let query = sqlx::query(WRONG.text()).execute(&pool);
    let (id, answer) = in_root(database.run(&WRONG, query)).await;
    answer.expect_err("no such table");
    let trace = recorder().trace(id);
    let span = trace.one("SELECT nothing", SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "1");
}

#[tokio::test]
async fn an_error_without_a_code_of_the_database_is_named_by_its_type() {
    let (database, pool) = items().await;
    let (id, row) = in_root(async {
        let select = sqlx::query_scalar::<_, i64>(SELECT.text()).bind("UNKNOWN");
        database.run(&SELECT, select.fetch_one(&pool)).await
    })
    .await;
    assert!(matches!(row, Err(sqlx::Error::RowNotFound)));
    let trace = recorder().trace(id);
    let span = trace.one("SELECT items", SpanKind::Client);
    assert_eq!(span.text("error.type"), "sqlx_core::error::Error");
    assert_eq!(span.attribute("db.response.status_code"), None);
}

#[tokio::test]
async fn a_server_is_named_by_host_and_port() {
    let database = Database::postgresql("shop", "db.internal", 5432);
    let (id, answer) = in_root(database.run(&SELECT, async { Ok(1) })).await;
    assert_eq!(answer.unwrap(), 1);
    let trace = recorder().trace(id);
    let span = trace.one("SELECT items", SpanKind::Client);
    assert_eq!(span.text("db.system.name"), "postgresql");
    assert_eq!(span.text("server.address"), "db.internal");
    assert_eq!(span.text("server.port"), "5432");
}

#[tokio::test]
async fn a_query_that_is_given_up_is_no_success() {
    let database = Database::sqlite("shop");
    let (id, ()) = in_root(async {
        let mut query = Box::pin(database.run(&SELECT, std::future::pending::<Result<(), _>>()));
        assert!(futures_util::poll!(&mut query).is_pending());
    })
    .await;
    let trace = recorder().trace(id);
    let span = trace.one("SELECT items", SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "cancelled");
}

/// sqlx's thread for SQLite gets the caller's span with each command, and lets go of it only after
/// it has answered: whether it is late is a race, so it is run many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_around_a_transaction_ends_when_its_work_does_and_no_later() {
    let (database, pool) = items().await;
    for number in 0..200 {
        let keep = number % 2 == 0;
        let sku = format!("TEAPOT-{number}");
        let (id, late) = in_root(async {
            let work = async {
                let mut writing = sql::apart(pool.begin()).await.unwrap();
                let insert = sqlx::query(INSERT.text()).bind(&sku).bind(PRICE);
                let insert = insert.execute(&mut *writing);
                database.run(&INSERT, insert).await.unwrap();
                let end = async {
                    if keep {
                        writing.commit().await
                    } else {
                        writing.rollback().await
                    }
                };
                sql::apart(end).await.unwrap();
            };
            work.instrument(info_span!("business")).await;
            let trace = shared_telemetry::current::trace_id().unwrap();
            !recorder().trace(trace).has("business")
        })
        .await;
        assert!(!late, "round {number}: the span was held beyond its work");
        let trace = recorder().trace(id);
        let business = trace.one("business", SpanKind::Internal);
        let insert = trace.one("INSERT items", SpanKind::Client);
        trace.assert_child("business > SQL", business, insert);
    }
}

#[tokio::test]
async fn what_is_told_around_a_statement_is_still_told() {
    let (database, pool) = items().await;
    let (id, ()) = in_root(async {
        tracing::info!(name: "sql.before", "about to ask");
        insert(&database, &pool, "TEAPOT-1").await.unwrap();
        tracing::info!(name: "sql.after", "asked");
    })
    .await;
    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    assert_eq!(root.events(), ["sql.before", "sql.after"]);
}
