//! Opens the SQLite file with its tables up to date; the scripts are part of the binary.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlSafeStr, SqlitePool};
use tokio::time::{Instant, sleep};

/// Applied once each, in this order, and never edited after a release: the database remembers
/// their checksums.
const SCRIPTS: [(i64, &str, &str); 1] = [(
    1,
    "orders",
    include_str!("../../migrations/sqlite/0001_orders.sql"),
)];

/// How long to wait for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn open(file: &Path) -> Result<SqlitePool, MigrateError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An offset is committed only after its order: not even a power cut may lose the order.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        // Each statement has a span: a log line beside it says nothing new.
        .disable_statement_logging();
    // The change to WAL needs the file alone and does not wait for it: of two processes that
    // start at once, the second is told BUSY at once and must ask again.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(PATIENCE);
        match pool.connect_with(options.clone()).await {
            Ok(pool) => {
                migrate(&pool).await?;
                return Ok(pool);
            }
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// All in one transaction that takes the write lock first: SQLite gives sqlx's migrator no lock
/// of its own, and two that look before either writes would both write.
async fn migrate(pool: &SqlitePool) -> Result<(), MigrateError> {
    let scripts = SCRIPTS.map(|(version, name, sql)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let migrator = Migrator::with_migrations(scripts.into());
    // Not `run`: the compiler cannot tell that its future over a connection is `Send`.
    migrator.run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    Ok(())
}

/// SQLITE_BUSY is 5; its extended codes carry it in the low byte.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}
