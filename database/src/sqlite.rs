//! Pools of connections to an SQLite file, its tables up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqlitePool};
use tokio::time::{Instant, sleep, timeout};

use crate::migrations::migrator;
use crate::{OpenError, Script};

/// How long to wait for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the file may take to be let go of.
const CLOSE: Duration = Duration::from_secs(2);

const CONNECTIONS: u32 = 8;

/// A pool that writes and a pool that reads the same file.
#[derive(Debug, Clone)]
pub struct WriterAndReaders {
    /// One connection: SQLite has one writer at a time, and the pool's queue is fair where
    /// SQLite's own waiting is not.
    pub writer: SqlitePool,
    /// Not held up by the writer: they see what was committed last.
    pub readers: SqlitePool,
}

/// Opens the file, creates it when it is not there, and runs the scripts that it has not seen.
/// Waits ten seconds for another process that holds the file.
///
/// `synchronous`: with `Normal` a crash of the process loses nothing, only a power cut may; with
/// `Full` that may not either.
///
/// # Errors
/// The file cannot be opened or written, or was written by a newer version.
pub async fn open(
    file: &Path,
    synchronous: SqliteSynchronous,
    scripts: &'static [Script],
) -> Result<SqlitePool, OpenError> {
    let pool = connect(options(file, synchronous), CONNECTIONS, PATIENCE).await?;
    migrate(&pool, scripts).await?;
    Ok(pool)
}

/// Like [`open`], for a service with many writers at once.
///
/// # Errors
/// As [`open`].
pub async fn open_with_one_writer(
    file: &Path,
    synchronous: SqliteSynchronous,
    scripts: &'static [Script],
) -> Result<WriterAndReaders, OpenError> {
    let options = options(file, synchronous);
    let writer = connect(options.clone(), 1, PATIENCE).await?;
    migrate(&writer, scripts).await?;
    let readers = connect(options, CONNECTIONS, PATIENCE).await?;
    Ok(WriterAndReaders { writer, readers })
}

/// Closes the pools one after the other once their statements are done, so that the last leaves
/// one whole file. After two seconds it is over: a statement that hangs must not keep the process.
pub async fn close(pools: &[&SqlitePool]) {
    let all = async {
        for pool in pools {
            pool.close().await;
        }
    };
    // Late or not, the process ends.
    let _ = timeout(CLOSE, all).await;
}

fn options(file: &Path, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(PATIENCE)
        // Each statement has a span: a log line beside it says nothing new.
        .disable_statement_logging()
}

/// The change to WAL needs the file alone and does not wait for it: of two processes that start
/// at once, the second is told BUSY at once and must ask again.
async fn connect(
    options: SqliteConnectOptions,
    connections: u32,
    patience: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let deadline = Instant::now() + patience;
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            // When the disk is full SQLite undoes a transaction by itself; sqlx's own attempt
            // then fails, and it believes for ever that the transaction is open.
            .after_release(|connection, _| {
                let clean = !connection.is_in_transaction();
                Box::pin(async move { Ok(clean) })
            });
        match pool.connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                sleep(Duration::from_millis(20)).await;
            }
            done => return done,
        }
    }
}

/// All in one transaction that takes the write lock first: SQLite gives sqlx's migrator no lock
/// of its own, and two that look before either writes would both write.
async fn migrate(pool: &SqlitePool, scripts: &'static [Script]) -> Result<(), MigrateError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    // Not `run`: the compiler cannot tell that its future over a connection is `Send`.
    migrator(scripts)
        .run_direct(None, &mut *transaction, false)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// SQLITE_BUSY is 5; its extended codes carry it in the low byte.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_start_gives_up_when_another_process_never_lets_go_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(dir.path().join("shop.db"));
        let mut other = options
            .clone()
            .create_if_missing(true)
            .connect()
            .await
            .unwrap();
        let writing = other.begin_with("BEGIN EXCLUSIVE").await.unwrap();
        let wal = options
            .busy_timeout(Duration::ZERO)
            .journal_mode(SqliteJournalMode::Wal);
        let started = Instant::now();
        let patience = Duration::from_millis(200);
        let start = timeout(PATIENCE, connect(wal, 1, patience));
        let error = start.await.unwrap().unwrap_err();
        assert!(is_busy(&error), "{error}");
        assert!(started.elapsed() >= patience, "it did not ask again");
        drop(writing);
    }
}
